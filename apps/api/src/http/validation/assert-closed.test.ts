import { expect, test } from "vitest";
import { z } from "zod";
import { assertClosed } from "./assert-closed.ts";

test.each([
  z.strictObject({ a: z.array(z.looseObject({ b: z.string() })) }),
  z.record(z.string(), z.unknown()),
  z.discriminatedUnion("type", [z.strictObject({ type: z.literal("a") })]),
  z.strictObject({ at: z.iso.datetime().transform((text) => new Date(text)) }),
])("passes a schema that refuses or keeps unknown fields (%#)", (schema) => {
  expect(() => assertClosed(schema)).not.toThrow();
});

test("refuses a schema that drops unknown fields, wherever it does", () => {
  expect(() => assertClosed(z.object({}))).toThrow("The object at the top");
  expect(() => assertClosed(z.strictObject({ list: z.array(z.object({})) }))).toThrow("/properties/list/items");
});
