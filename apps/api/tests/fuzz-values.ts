import fc, { type Arbitrary } from "fast-check";
import type { Json } from "./http-fixture.ts";
import { resolve } from "./openapi-document.ts";

const anyJson = fc.jsonValue({ maxDepth: 2 }) as Arbitrary<unknown>;

const formats: Readonly<Record<string, Arbitrary<string>>> = {
  "date-time": fc
    .date({ min: new Date("1970-01-01"), max: new Date("2200-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  email: fc.emailAddress(),
  uri: fc.webUrl(),
  uuid: fc.uuid(),
};

/** Values that a schema allows, as far as it tells; often those that it gives as examples. */
export function valuesOf(document: Json, given: Json): Arbitrary<unknown> {
  const schema = resolve(document, given) ?? {};
  const known: unknown[] = schema.examples ?? [];
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...(schema.enum as unknown[]));
  const generated = generate(document, schema);
  return known.length > 0 ? fc.oneof(fc.constantFrom(...known), generated) : generated;
}

function generate(document: Json, schema: Json): Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice: Json) => valuesOf(document, choice)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => generate(document, { ...schema, type })));
  switch (schema.type) {
    case "object":
      return objectsOf(document, schema);
    case "array":
      return fc.array(valuesOf(document, schema.items), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, 4),
      });
    case "string":
      return stringsOf(schema);
    case "integer":
      return fc.integer(rangeOf(schema));
    case "number":
      return fc.double({ ...rangeOf(schema), noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return anyJson;
  }
}

function rangeOf({ minimum = -1e9, maximum = 1e9, exclusiveMinimum, exclusiveMaximum }: Json) {
  const [min, max] = [
    exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1,
    exclusiveMaximum === undefined ? maximum : exclusiveMaximum - 1,
  ];
  return { min: Math.max(min, -2147483648), max: Math.min(Math.max(max, -2147483648), 2147483647) };
}

function objectsOf(document: Json, { properties = {}, required = [], additionalProperties, propertyNames }: Json) {
  const fields = Object.fromEntries(
    Object.entries<Json>(properties).map(([name, schema]) => [name, valuesOf(document, schema)]),
  );
  const named = fc.record(fields, { requiredKeys: required });
  if (!additionalProperties) return named;
  const names = propertyNames ? (valuesOf(document, propertyNames) as Arbitrary<string>) : fc.string({ maxLength: 20 });
  const others = fc.dictionary(names, valuesOf(document, additionalProperties), { maxKeys: 4 });
  return fc.tuple(others, named).map(([some, rest]) => Object.assign(some, rest));
}

function stringsOf({ format, pattern, minLength = 0, maxLength = 40 }: Json): Arbitrary<string> {
  const known = formats[format];
  if (known) return known;
  if (pattern && !pattern.includes("(?")) return fc.stringMatching(new RegExp(pattern, "u"));
  return fc.string({ unit: "grapheme", minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
}
