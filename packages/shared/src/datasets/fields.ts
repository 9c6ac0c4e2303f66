import { z } from "zod";

/** Text that PostgreSQL can store: well-formed Unicode without NUL. */
export function text(limits: { min?: number; max: number }) {
  return z
    .string()
    .min(limits.min ?? 0)
    .max(limits.max)
    .refine((value) => value.isWellFormed() && !value.includes("\u0000"), { error: "has a NUL or a lone surrogate" });
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A number, or the decimal text of one: all that a CSV cell can hold. */
export function number(limits: { min: number; max: number }) {
  return z
    .union([z.number(), z.string().regex(decimal, { error: "is not a number" }).transform(Number)], { error: "is not a number" })
    .pipe(z.number().min(limits.min).max(limits.max));
}
