import { parse } from "csv-parse/sync";
import { requiredFields, type Dataset } from "@longshore/shared/datasets/define-dataset";
import { AppError, type FieldError } from "@longshore/shared/errors";

/**
 * The columns that a CSV header names, in their order. Columns that start with `_` are allowed and carry nothing: a
 * rejects file can be corrected and sent back as it is.
 * Throws `columns_mismatch` that names every unknown, missing and doubled column.
 */
export function readCsvHeader(header: Buffer, dataset: Dataset): string[] {
  const columns = parseHeader(header);
  const known = Object.keys(dataset.columns);
  const data = columns.filter((column) => !column.startsWith("_"));

  const errors: FieldError[] = [
    ...data
      .filter((column) => !known.includes(column))
      .map((column) => fieldError(column, "unknown_column", "is not a column")),
    ...requiredFields(dataset)
      .filter((field) => !data.includes(field))
      .map((field) => fieldError(field, "missing_column", "is required")),
    ...data
      .filter((column, at) => data.indexOf(column) < at)
      .map((column) => fieldError(column, "duplicate_column", "stands twice")),
  ];
  if (errors.length === 0) return columns;
  throw new AppError("columns_mismatch", {
    message: `${errors.map((error) => error.message).join("; ")}. The columns of ${dataset.name} are: ${known.join(", ")}`,
    errors,
  });
}

function parseHeader(header: Buffer): string[] {
  try {
    const [columns = []] = parse(header);
    return columns.map((column) => column.trim());
  } catch (cause) {
    throw new AppError("malformed_body", {
      message: `The CSV header is malformed: ${(cause as Error).message}`,
      cause,
    });
  }
}

function fieldError(column: string, code: string, what: string): FieldError {
  return { pointer: column, code, message: `column "${column}" ${what}` };
}
