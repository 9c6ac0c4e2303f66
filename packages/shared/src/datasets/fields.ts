import { z } from "zod";
import { checkText } from "../validation/check-text.ts";

/** Text that PostgreSQL can store: well-formed Unicode without NUL. */
export function text(limits: { min?: number; max: number }) {
  return z
    .string()
    .min(limits.min ?? 0)
    .max(limits.max)
    .check(({ value, issues }) => {
      const problem = checkText(value);
      if (problem) issues.push({ code: "custom", input: value, message: problem.message, params: problem });
    });
}

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A number, or the decimal text of one: all that a CSV cell can hold. */
export function number(limits: { min: number; max: number }) {
  return z
    .union([z.number(), z.string().regex(decimal, { error: "must be a number" }).transform(Number)], {
      error: "must be a number",
    })
    .pipe(z.number().min(limits.min).max(limits.max));
}
