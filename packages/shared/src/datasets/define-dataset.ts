import { z } from "zod";
import type { Database } from "../db/schema.ts";

/** The PostgreSQL types that a column of a dataset may have: what the values of a row are cast to when it is written. */
export type ColumnType = "text" | "bigint" | "double precision" | "boolean" | "timestamptz" | "jsonb";

/**
 * A registered target of imports. `row` says what one submitted row must look like and what it becomes; `columns` are
 * the fields of that outcome with their types, named as the table's columns are; `key` are the columns of the unique
 * constraint that decides what a duplicate is.
 */
export type Dataset<Row extends Record<string, unknown> = Record<string, unknown>> = {
  name: string;
  summary: string;
  table: keyof Database;
  row: z.ZodType<Row>;
  /** The fields that a submitted row may have; undefined where it may have any. */
  fields?: Readonly<Record<string, z.ZodType>>;
  columns: Record<string, ColumnType>;
  /** The jsonb column that keeps a row of any fields whole. */
  whole?: string;
  /** Empty where no row is the duplicate of another. */
  key: readonly string[];
  /** The column that says when a row was last changed. */
  changedAt?: string;
  /** The cache that the API keeps rows in: what updates a row goes behind its fence. */
  cache?: string;
  example: Record<string, unknown>;
};

/** Declares a dataset; the compiler checks that columns, key and example fit the row. */
export function defineDataset<Shape extends z.ZodRawShape>(dataset: {
  name: string;
  summary: string;
  table: keyof Database;
  row: z.ZodObject<Shape, z.core.$strict>;
  columns: Record<keyof Shape & string, ColumnType>;
  key: readonly [keyof Shape & string, ...(keyof Shape & string)[]];
  changedAt?: string;
  cache?: string;
  example: z.input<z.ZodObject<Shape, z.core.$strict>>;
}): Dataset {
  return { ...dataset, fields: dataset.row.shape } as unknown as Dataset;
}

/**
 * Declares a dataset whose rows are objects of any fields, kept whole in one jsonb column of a table with an `id`. It has
 * no key: whatever is sent is a new row.
 */
export function defineFreeFormDataset<Table extends keyof Database>(dataset: {
  name: string;
  summary: string;
  table: Table;
  column: keyof Database[Table] & string;
  example: Record<string, unknown>;
}): Dataset {
  const { column, ...named } = dataset;
  const row = z.looseObject({}).transform((fields) => ({ [column]: fields }));
  return { ...named, row, columns: { [column]: "jsonb" }, whole: column, key: [] };
}

/** Whether a row can be the duplicate of another. */
export function hasKey({ key }: Dataset): boolean {
  return key.length > 0;
}

/** The fields that a submitted row must have. */
export function requiredFields({ fields = {} }: Dataset): string[] {
  return Object.keys(fields).filter((field) => !fields[field]?.safeParse(undefined).success);
}
