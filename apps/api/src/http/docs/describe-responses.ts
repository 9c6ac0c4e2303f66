import type { z } from "zod";
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "zod-openapi";
import type { ResponseDeclaration, Route } from "../route.ts";
import { commonHeaders } from "./common-headers.ts";
import { describeHeaders, type HeaderDoc } from "./describe-headers.ts";
import { errorResponses } from "./error-responses.ts";
import { findExample } from "./find-example.ts";

type HeaderDocs = Readonly<Record<string, HeaderDoc | { $ref: string }>>;

/** The responses of a route's operation: those it declares, and its errors grouped by status. */
export function describeResponses(route: Route): ZodOpenApiResponsesObject {
  const common = commonHeaders.referencesOf(route);
  const declared = Object.entries(route.responses).map(([status, response]) => [
    status,
    describeResponse(response, common),
  ]);
  return { ...errorResponses.references(route), ...Object.fromEntries(declared) };
}

function describeResponse(response: ResponseDeclaration, common: HeaderDocs): ZodOpenApiResponseObject {
  const { description, schema, contentTypes, headers = {} } = response;
  const types = contentTypes ?? (schema ? ["application/json"] : []);
  return {
    description,
    headers: { ...common, ...describeHeaders(headers) },
    ...(types.length > 0 && {
      content: Object.fromEntries(types.map((type) => [type, describeBody(response, type)])),
    }),
  };
}

function describeBody({ schema, messages, example, examples = {} }: ResponseDeclaration, type: string) {
  const shown = schema ? (example ?? findExample(schema)) : examples[type];
  return {
    schema: schema ?? { type: "string" as const, ...(messages && describeStream(type, messages)) },
    ...(shown !== undefined && { example: shown }),
  };
}

/** A text, and what it is when it is parsed. OpenAPI has `itemSchema` for that from 3.2 on; this is JSON Schema's word. */
function describeStream(contentMediaType: string, messages: z.ZodType) {
  const items = { $ref: `#/components/schemas/${messages.meta()?.id}` };
  return { contentMediaType, contentSchema: { type: "array" as const, items } };
}
