import { AppError } from "../errors.ts";
import { expect, test } from "vitest";
import { z } from "zod";
import { validate } from "./validate.ts";

function refusal(check: () => unknown): AppError {
  try {
    check();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error("nothing was refused");
}

function firstError(schema: z.ZodType, value: unknown): string {
  const [error] = refusal(() => validate(schema, value)).errors;
  return `${error?.pointer} ${error?.code} ${error?.message}`;
}

const name = z.strictObject({ name: z.string() });

test.each<[string, z.ZodType, unknown, string]>([
  ["a missing field", name, {}, "/name required is required"],
  ["a missing choice", z.strictObject({ kind: z.enum(["a", "b"]) }), {}, "/kind required is required"],
  ["a wrong type", name, { name: 1 }, "/name invalid_type must be a string, not a number"],
  ["null", name, { name: null }, "/name invalid_type must be a string, not null"],
  ["a wrong body", name, [], " invalid_type must be an object, not an array"],
  ["a fraction", z.int(), 1.5, " invalid_type must be a whole number, not a fraction"],
  ["an unknown field", name, { name: "a", "na/me": 1 }, "/na~1me unknown_field is not known here"],
  ["a wrong choice", z.enum(["a", "b"]), "c", ' invalid_value must be one of "a", "b"'],
  ["a wrong literal", z.literal("a"), "c", ' invalid_value must be "a"'],
  ["a short text", z.string().min(1), "", " too_small must have at least 1 character"],
  ["a long list", z.array(z.int()).max(2), [1, 2, 3], " too_big must have at most 2 items"],
  ["a small number", z.number().positive(), 0, " too_small must be more than 0"],
  ["a large number", z.number().max(10), 11, " too_big must be at most 10"],
  ["a wrong step", z.number().multipleOf(5), 3, " not_multiple_of must be a multiple of 5"],
  ["no time", z.iso.datetime(), "noon", " invalid_format must be an RFC 3339 time such as 2026-01-31T12:00:00Z"],
  ["no match", z.string().regex(/^[a-z]+$/), "A", " invalid_format must be text that matches /^[a-z]+$/"],
  ["an own message", z.string("tell us the name"), 1, " invalid_type tell us the name"],
  ["a union without a match", z.union([z.string(), z.int()]), null, " invalid_value has none of the accepted shapes"],
  [
    "a union that fails inside",
    z.union([z.string(), name]),
    { name: 1 },
    "/name invalid_type must be a string, not a number",
  ],
  [
    "an unknown discriminator",
    z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("cron") }),
      z.strictObject({ type: z.literal("every") }),
    ]),
    { type: "never" },
    '/type invalid_value must be one of "cron", "every"',
  ],
])("says what is wrong with %s", (_what, schema, value, expected) => {
  expect(firstError(schema, value)).toBe(expected);
});

test("the detail has the first error and how many follow", () => {
  expect(refusal(() => validate(name, { a: 1, b: 2 })).message).toBe("/name is required, and 2 more");
});

test("at most 100 errors are listed", () => {
  const schema = z.array(z.string());
  expect(refusal(() => validate(schema, Array(100).fill(1))).errors).toHaveLength(100);
  const { errors, message } = refusal(() => validate(schema, Array(101).fill(1)));
  expect(errors).toHaveLength(100);
  expect(message).toContain("100 more");
});
