import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { toBinaryBlocks } from "./copy-binary.ts";
import { toTextBlocks } from "./copy-text.ts";
import type { Target } from "./target.ts";
import type { ValidRow } from "./validate-rows.ts";

/** Writes rows by COPY, PostgreSQL's fastest way in. It knows no conflicts: a duplicate makes it throw as a bad row does. */
export async function copyRows({ client, dataset, tenant }: Target, rows: readonly ValidRow[]): Promise<void> {
  const columns = Object.keys(dataset.columns);
  const names = ["tenant", ...columns].map((column) => client.escapeIdentifier(column)).join(", ");
  const into = `copy ${client.escapeIdentifier(dataset.table)} (${names}) from stdin`;
  const [command, blocks] =
    dataset.whole === undefined
      ? [into, toTextBlocks(tenant, columns, rows)]
      : [`${into} (format binary)`, toBinaryBlocks(tenant, dataset.whole, rows)];
  await pipeline(Readable.from(blocks, { objectMode: true, highWaterMark: 1 }), client.query(copyFrom(command)));
}
