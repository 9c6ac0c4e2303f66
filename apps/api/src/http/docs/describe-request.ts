import type { ZodOpenApiOperationObject, ZodOpenApiRequestBodyObject } from "zod-openapi";
import { contentEncodings } from "../body/content-encoding.ts";
import type { JsonBody, Route, StreamBody } from "../route.ts";

type Described = Pick<ZodOpenApiOperationObject, "parameters" | "requestBody" | "requestParams">;

const contentEncoding = {
  name: "Content-Encoding",
  in: "header" as const,
  description: "How the body is compressed, if it is.",
  schema: { type: "string" as const, enum: contentEncodings.filter((encoding) => encoding !== "identity") },
};

/** The parameters and the body of a route's operation. */
export function describeRequest({ request = {} }: Route): Described {
  const { params, query, headers, body } = request;
  return {
    requestParams: { ...(params && { path: params }), ...(query && { query }), ...(headers && { header: headers }) },
    ...(body?.kind === "stream" && { parameters: [contentEncoding] }),
    ...(body && { requestBody: describeBody(body) }),
  };
}

function describeBody(body: JsonBody | StreamBody): ZodOpenApiRequestBodyObject {
  if (body.kind === "json") {
    const { schema, maxBytes } = body;
    return {
      required: true,
      description: `At most ${maxBytes} bytes, also when inflated.`,
      content: { "application/json": { schema, ...describeExamples(body) } },
    };
  }
  const types = Object.entries(body.contentTypes);
  return {
    required: true,
    content: Object.fromEntries(
      types.map(([type, { description, example, schema }]) => [
        type,
        schema
          ? { schema: schema.describe(description), example: JSON.parse(example) as unknown }
          : { schema: { type: "string", description }, example },
      ]),
    ),
  };
}

/** One example, or all of them by name if there are more. */
function describeExamples({ example, examples }: JsonBody) {
  const named = Object.entries(examples).map(([name, value]) => [name, { value }]);
  return named.length === 0 ? { example } : { examples: Object.fromEntries(named) };
}
