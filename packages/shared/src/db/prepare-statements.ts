import { createHash } from "node:crypto";
import type pg from "pg";

/**
 * Begins the text of a statement that is sent all the time: a connection has it parsed and planned once. Such a statement
 * names its result's columns; `returning *` would fail on open connections after a migration has added one.
 */
export const prepared = "/* prepared */";

const names = new Map<string, string>();

/** Has a connection prepare the statements that are marked so. */
export function prepareStatements(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((config: unknown, ...rest: unknown[]) =>
    typeof config === "string" && config.startsWith(prepared)
      ? query({ name: nameOf(config), text: config }, ...rest)
      : query(config, ...rest)) as typeof client.query;
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) names.set(text, (name = createHash("sha1").update(text).digest("hex")));
  return name;
}
