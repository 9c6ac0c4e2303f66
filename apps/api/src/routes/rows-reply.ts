import { stringify } from "csv-stringify/sync";
import type { Request } from "express";
import { z } from "zod";
import { toJsonLine } from "@longshore/shared/records/to-json-line";
import type { Rows } from "../services/read-rows.ts";

const contentTypes = { ndjson: "application/x-ndjson", csv: "text/csv" } as const;

/** The content types that rows are answered in. */
export const rowsTypes = Object.values(contentTypes);

export type RowsType = (typeof rowsTypes)[number];

export const rowsQuery = z.object({
  format: z.enum(["ndjson", "csv"]).optional().describe("Without it, `Accept` decides; NDJSON if it does not."),
});

/** The content type that a client asks for. */
export function chooseRowsType(req: Request, { format }: z.output<typeof rowsQuery>): RowsType {
  if (format) return contentTypes[format];
  return req.accepts(rowsTypes) === contentTypes.csv ? contentTypes.csv : contentTypes.ndjson;
}

/** Answers rows as they are read. */
export function replyWithRows(type: RowsType, rows: Rows) {
  const headers = { "Content-Type": `${type}; charset=utf-8`, Vary: "Accept" };
  return { status: 200 as const, headers, body: type === contentTypes.csv ? toCsv(rows) : toNdjson(rows) };
}

/** As https://owasp.org/www-community/attacks/CSV_Injection advises; numbers stay what they are. */
const csvOptions = {
  escape_formulas: true,
  cast: { boolean: String, date: (date: Date) => date.toISOString() },
};

async function* toCsv({ columns, pages }: Rows): AsyncGenerator<string> {
  let header = stringify([columns]);
  for await (const page of pages) {
    yield header + stringify(page, { ...csvOptions, columns });
    header = "";
  }
}

async function* toNdjson({ pages }: Rows): AsyncGenerator<string> {
  for await (const page of pages) yield page.map(toJsonLine).join("");
}
