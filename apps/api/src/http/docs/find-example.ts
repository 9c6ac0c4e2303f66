import { z } from "zod";

/** An example of a schema: the first of its own, or one composed of those of its parts. Undefined where a part has none. */
export function findExample(schema: z.core.$ZodType): unknown {
  const [own] = (z.globalRegistry.get(schema)?.examples ?? []) as readonly unknown[];
  if (own !== undefined) return own;
  if (schema instanceof z.ZodObject) return composeObject(schema);
  if (schema instanceof z.ZodArray) return wrap(findExample(schema.element), (item) => [item]);
  if (schema instanceof z.ZodOptional) return findExample(schema.unwrap());
  if (schema instanceof z.ZodNullable) return findExample(schema.unwrap()) ?? null;
  if (schema instanceof z.ZodLiteral) return schema.value;
  return schema instanceof z.ZodNull ? null : undefined;
}

function composeObject({ shape }: z.ZodObject): Record<string, unknown> | undefined {
  const fields = Object.entries(shape).map(([name, field]) => [name, field, findExample(field)] as const);
  if (fields.some(([, field, example]) => example === undefined && !(field instanceof z.ZodOptional))) return undefined;
  return Object.fromEntries(fields.flatMap(([name, , example]) => (example === undefined ? [] : [[name, example]])));
}

function wrap(value: unknown, into: (value: unknown) => unknown): unknown {
  return value === undefined ? undefined : into(value);
}
