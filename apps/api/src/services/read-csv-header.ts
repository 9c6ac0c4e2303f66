import { parse } from "csv-parse/sync";
import { requiredFields, type Dataset } from "@longshore/shared/datasets/define-dataset";
import { AppError, type FieldError } from "@longshore/shared/errors";
import { isNote } from "@longshore/shared/imports/notes";
import { checkText } from "@longshore/shared/validation/check-text";

const maxErrors = 100;

/**
 * The columns that a CSV header names, in their order. Notes are allowed and carry nothing: a rejects file can be
 * corrected and sent back as it is.
 * Throws `columns_mismatch` that names every column, up to 100, that is unknown, missing, doubled or without a usable name.
 */
export function readCsvHeader(header: Buffer, dataset: Dataset): string[] {
  const columns = parseHeader(header);
  const data = columns.filter((column) => !isNote(column, dataset));

  const { fields } = dataset;
  const misfits = fields ? findMisfits(data, Object.keys(fields), requiredFields(dataset)) : findUnusable(data);
  const errors = [...misfits, ...findDoubled(data)].slice(0, maxErrors);
  if (errors.length === 0) return columns;
  throw new AppError("columns_mismatch", { message: describe(errors, dataset), errors });
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

function findMisfits(data: readonly string[], known: readonly string[], required: readonly string[]): FieldError[] {
  return [
    ...data
      .filter((column) => !known.includes(column))
      .map((column) => fieldError(column, "unknown_column", "is not a column")),
    ...required
      .filter((field) => !data.includes(field))
      .map((field) => fieldError(field, "missing_column", "is required")),
  ];
}

/** Where any column is taken, what cannot be the name of one. */
function findUnusable(data: readonly string[]): FieldError[] {
  return data.flatMap((column) => {
    if (column === "") return [fieldError(column, "unnamed_column", "has no name")];
    if (column === "__proto__") return [fieldError(column, "forbidden_column", "is not allowed")];
    const problem = checkText(column);
    return problem ? [fieldError(column, problem.code, problem.message)] : [];
  });
}

function findDoubled(data: readonly string[]): FieldError[] {
  const doubled = [...Map.groupBy(data, (column) => column)].filter(([, same]) => same.length > 1);
  return doubled.map(([column]) => fieldError(column, "duplicate_column", "stands twice"));
}

function fieldError(column: string, code: string, what: string): FieldError {
  return { pointer: column, code, message: `column "${column}" ${what}` };
}

function describe(errors: readonly FieldError[], { name, fields }: Dataset): string {
  const wrong = errors.map((error) => error.message).join("; ");
  return fields ? `${wrong}. The columns of ${name} are: ${Object.keys(fields).join(", ")}` : wrong;
}
