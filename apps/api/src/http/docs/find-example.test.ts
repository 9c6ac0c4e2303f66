import { expect, test } from "vitest";
import { z } from "zod";
import { findExample } from "./find-example.ts";

const thing = z.object({ id: z.int() }).meta({ examples: [{ id: 7 }, { id: 8 }] });

test("an example is the first of those that a schema has", () => {
  expect(findExample(thing)).toEqual({ id: 7 });
  expect(findExample(thing.describe("A thing."))).toEqual({ id: 7 });
});

test("it is composed of those of the parts of a schema that has none", () => {
  const page = z.object({ items: z.array(thing), kind: z.literal("thing"), note: z.string().optional() });
  expect(findExample(page)).toEqual({ items: [{ id: 7 }], kind: "thing" });
});

test.each([
  [z.null(), null],
  [z.string().nullable(), null],
  [thing.nullable(), { id: 7 }],
  [thing.optional(), { id: 7 }],
])("what may be absent is shown where there is something to show (%#)", (schema, example) => {
  expect(findExample(schema)).toEqual(example);
});

test("there is none where a part that must be there has none", () => {
  expect(findExample(z.object({ id: z.int(), thing }))).toBeUndefined();
  expect(findExample(z.array(z.string()))).toBeUndefined();
});
