import { parse } from "csv-parse/sync";
import { findDataset } from "@longshore/shared/datasets/datasets";
import type { Db } from "@longshore/shared/db/create-database";
import type { ImportRow, RejectRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";

const pageRows = 1_000;

/** A refused row in the columns it was sent in, with what is wrong; `_raw` only where it could not be read at all. */
export type Reject = Record<string, unknown> & { _row: number; _code: string; _field: string | null; _message: string };

export type Rejects = {
  /** The submitted columns: the CSV header, or the dataset's fields. */
  columns: string[];
  pages: AsyncGenerator<Reject[]>;
};

/** The rejects of an import in the order of their rows, read page by page. Throws `not_found`. */
export function createReadRejects(db: Db) {
  return async function readRejects(jobId: string): Promise<Rejects> {
    const imported = await db.selectFrom("imports").selectAll().where("job_id", "=", jobId).executeTakeFirst();
    if (!imported) throw new AppError("not_found", { message: `There is no import ${jobId}` });
    const columns = imported.columns ?? Object.keys(findDataset(imported.dataset)?.columns ?? {});
    return { columns: columns.filter((column) => !column.startsWith("_")), pages: readPages(db, imported) };
  };
}

async function* readPages(db: Db, imported: ImportRow): AsyncGenerator<Reject[]> {
  let after = 0;
  for (;;) {
    const page = await db
      .selectFrom("import_rejects")
      .selectAll()
      .where("job_id", "=", imported.job_id)
      .where("row", ">", after)
      .orderBy("row")
      .limit(pageRows)
      .execute();
    yield page.map((reject) => toReject(reject, imported.columns));
    if (page.length < pageRows) return;
    after = page.at(-1)!.row;
  }
}

function toReject(
  { row, code, field, message, sqlstate, constraint_name, raw }: RejectRow,
  columns: string[] | null,
): Reject {
  const submitted = columns ? readCsv(raw, columns) : readJson(raw);
  const fields = submitted ? withoutAnnotations(submitted) : { _raw: raw };
  const cause = sqlstate ? { _sqlstate: sqlstate, _constraint: constraint_name } : {};
  return { ...fields, _row: row, _code: code, _field: field, _message: message, ...cause };
}

/** A rejects file that was corrected and sent back still has the annotations of its first refusal. */
function withoutAnnotations(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !field.startsWith("_")));
}

function readJson(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function readCsv(raw: string, columns: string[]): Record<string, unknown> | undefined {
  try {
    const [cells = []] = parse(raw, { relax_column_count: true });
    if (cells.length !== columns.length) return undefined;
    return Object.fromEntries(columns.map((column, at) => [column, cells[at]]));
  } catch {
    return undefined;
  }
}
