import type { OnConflict } from "@longshore/shared/db/schema";
import type { RowError } from "@longshore/shared/db/sql-error";
import { insertRows } from "./insert-rows.ts";
import type { Target } from "./target.ts";
import { underSavepoint } from "./under-savepoint.ts";
import type { Refusal, ValidRow } from "./validate-rows.ts";
import { addWritten, nothingWritten, type Written } from "./written.ts";

/**
 * Inserts rows; if PostgreSQL refuses the statement for a row's sake, the rows are halved until each bad one is alone:
 * about k · log n statements for k bad rows among n. Throws any error that is not about a row.
 */
export async function insertIsolating(
  target: Target,
  onConflict: OnConflict,
  rows: readonly ValidRow[],
): Promise<Written> {
  const { done, refused } = await underSavepoint(target.trx, () => insertRows(target, onConflict, rows));
  if (!refused) return done;
  if (rows.length === 1) return { ...nothingWritten, refused: [refusal(rows[0]!, refused)] };

  const middle = Math.ceil(rows.length / 2);
  const left = await insertIsolating(target, onConflict, rows.slice(0, middle));
  const right = await insertIsolating(target, onConflict, rows.slice(middle));
  return addWritten(left, right);
}

function refusal({ index }: ValidRow, { message, code, constraint, column }: RowError): Refusal {
  return {
    index,
    code: "refused_by_database",
    field: column ?? null,
    message,
    sqlstate: code,
    constraint: constraint ?? null,
  };
}
