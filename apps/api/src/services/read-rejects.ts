import { parse } from "csv-parse/sync";
import { findDataset } from "@longshore/shared/datasets/datasets";
import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { Db } from "@longshore/shared/db/create-database";
import type { ImportRow, RejectRow } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import { isNote } from "@longshore/shared/imports/notes";
import { parseAsWritten } from "@longshore/shared/records/parse-as-written";
import { isTooDeep } from "@longshore/shared/validation/is-too-deep";

const pageRows = 1_000;

/** A refused row in the fields it was sent in, with what is wrong; `_raw` is its text where it has no fields to show. */
export type Reject = Record<string, unknown> & { _row: number; _code: string; _field: string | null; _message: string };

export type Rejects = {
  /** The submitted columns: the CSV header, or the dataset's fields. None where a row of JSON could have any. */
  columns: string[];
  pages: AsyncGenerator<Reject[]>;
};

/**
 * The rejects of an import in the order of their rows, read page by page. `asTable` shows the text of rows whose fields are
 * no columns. Throws `not_found`.
 */
export function createReadRejects(db: Db) {
  return async function readRejects(
    jobId: string,
    tenant: string,
    { asTable }: { asTable: boolean },
  ): Promise<Rejects> {
    const imported = await db
      .selectFrom("imports")
      .innerJoin("jobs", "jobs.id", "imports.job_id")
      .selectAll("imports")
      .where("imports.job_id", "=", jobId)
      .where("jobs.tenant", "=", tenant)
      .executeTakeFirst();
    if (!imported) throw new AppError("not_found", { message: `There is no import ${jobId}` });
    const dataset = findDataset(imported.dataset);
    const columns = imported.columns ?? Object.keys(dataset?.fields ?? {});
    return {
      columns: columns.filter((column) => !isNote(column, dataset)),
      pages: readPages(db, imported, { dataset, textOnly: asTable && columns.length === 0 }),
    };
  };
}

type Showing = {
  dataset: Dataset | undefined;
  /** Show a row's text instead of its fields. */
  textOnly: boolean;
};

async function* readPages(db: Db, imported: ImportRow, showing: Showing): AsyncGenerator<Reject[]> {
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
    yield page.map((reject) => toReject(reject, imported.columns, showing));
    if (page.length < pageRows) return;
    after = page.at(-1)!.row;
  }
}

function toReject(
  { row, code, field, message, sqlstate, constraint_name, raw }: RejectRow,
  columns: string[] | null,
  { dataset, textOnly }: Showing,
): Reject {
  const submitted = columns ? readCsv(raw, columns) : readJson(raw);
  const fields = submitted && !textOnly ? withoutNotes(submitted, dataset) : { _raw: raw };
  const cause = sqlstate ? { _sqlstate: sqlstate, _constraint: constraint_name } : {};
  return { ...fields, _row: row, _code: code, _field: field, _message: message, ...cause };
}

/** A rejects file that was corrected and sent back still has the notes of its first refusal. */
function withoutNotes(fields: Record<string, unknown>, dataset: Dataset | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !isNote(field, dataset)));
}

function readJson(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    // What nests too deep could not be written out again either.
    const hasFields = typeof value === "object" && value !== null && !Array.isArray(value) && !isTooDeep(value);
    return hasFields ? (parseAsWritten(raw) as Record<string, unknown>) : undefined;
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
