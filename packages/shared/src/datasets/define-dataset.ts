import type { z } from "zod";
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
  row: z.ZodType<Row> & { shape: Record<string, z.ZodType> };
  columns: Record<string, ColumnType>;
  key: readonly string[];
  example: Record<string, unknown>;
};

/** Declares a dataset; the compiler checks that columns, key and example fit the row. */
export function defineDataset<Shape extends z.ZodRawShape>(dataset: {
  name: string;
  summary: string;
  table: keyof Database;
  row: z.ZodObject<Shape, z.core.$strict>;
  columns: Record<keyof Shape & string, ColumnType>;
  key: readonly (keyof Shape & string)[];
  example: z.input<z.ZodObject<Shape, z.core.$strict>>;
}): Dataset {
  return dataset as unknown as Dataset;
}

/** The fields that a submitted row must have. */
export function requiredFields(dataset: Dataset): string[] {
  return Object.keys(dataset.row.shape).filter((field) => !dataset.row.shape[field]?.safeParse(undefined).success);
}
