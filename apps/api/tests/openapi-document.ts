import { readFile } from "node:fs/promises";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { Json } from "./http-fixture.ts";

/** An operation of the document, and where it is there. */
export type Operation = { name: string; method: string; path: string; pointer: string; said: Json };

/** The document with each answer in its place, where several operations share one. */
export function inline(document: Json): Json {
  const copy = structuredClone(document);
  for (const { said } of listOperations(copy))
    for (const [status, answer] of Object.entries(said.responses)) said.responses[status] = resolve(document, answer);
  return copy;
}

/** Every operation: `get /v1/jobs`, … */
export function listOperations(document: Json): Operation[] {
  return Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, said]) => {
      const name = `${method} ${path}`;
      return { name, method, path, pointer: `/paths/${escapePointer(path)}/${method}`, said };
    }),
  );
}

/** Compiles the schema at a JSON pointer into the document. Throws for one that is no JSON Schema 2020-12. */
export function createCompiler(document: Json): (pointer: string) => ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, "openapi", undefined, false);
  const compiled = new Map<string, ValidateFunction>();
  return (pointer) => {
    const known = compiled.get(pointer);
    if (known) return known;
    const validate = ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` });
    compiled.set(pointer, validate);
    return validate;
  };
}

/** The document with every object of an answer closed: a field that is not documented is an error. */
export function closeAnswers(document: Json): Json {
  const closed = structuredClone(document);
  visitSchemas(closed, (schema, isPart) => {
    if (schema.properties && schema.additionalProperties === undefined && !isPart) schema.additionalProperties = false;
  });
  return closed;
}

/** Calls for each object in a document that may be a schema; `isPart` for those that others complete. */
function visitSchemas(node: Json, visit: (schema: Json, isPart: boolean) => void, isPart = false): void {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node) && node.type === "object") visit(node, isPart);
  for (const [key, value] of Object.entries<Json>(node)) {
    if (key === "example" || key === "examples") continue;
    if (key === "allOf") for (const part of value) visitSchemas(part, visit, true);
    else visitSchemas(value, visit);
  }
}

export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** What a reference in the document leads to, or the thing itself. */
export function resolve(document: Json, node: Json): Json {
  return node?.$ref
    ? node.$ref
        .slice(2)
        .split("/")
        .reduce((at: Json, key: string) => at[key], document)
    : node;
}

/** The examples of a media type, by name, as values. */
export function listExamples(document: Json, media: Json): [name: string, value: unknown][] {
  if (media.example !== undefined) return [["example", media.example]];
  return Object.entries<Json>(media.examples ?? {}).map(([name, example]) => [name, resolve(document, example).value]);
}

/** The document as it is committed. */
export async function readCommitted(): Promise<Json> {
  return JSON.parse(await readFile(new URL("../../../docs/openapi.json", import.meta.url), "utf8"));
}
