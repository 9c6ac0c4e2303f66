import { createDocument, type CreateDocumentOptions, type ZodOpenApiPathsObject } from "zod-openapi";
import type { Route } from "../route.ts";
import { commonHeaders } from "./common-headers.ts";
import { describeRequest } from "./describe-request.ts";
import { describeResponses } from "./describe-responses.ts";
import { problemSchema } from "./problem-schema.ts";

export type ServiceInfo = { title: string; version: string; description?: string };

/** The OpenAPI 3.1 document of the routes given. */
export function createOpenApi(routes: readonly Route[], info: ServiceInfo): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: describeOperation(route) };

  return createDocument(
    {
      openapi: "3.1.1",
      info,
      servers: [{ url: "/" }],
      tags: [...new Set(routes.flatMap((route) => route.tags))].map((name) => ({ name })),
      paths,
      components: {
        schemas: { Problem: problemSchema },
        headers: commonHeaders.components,
        securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "An API key: `lsk_…`." } },
      },
    },
    { override: allowNewFields },
  );
}

function describeOperation(route: Route) {
  const { operationId, summary, description, tags, scope } = route;
  return {
    operationId,
    summary,
    ...(description && { description }),
    tags: [...tags],
    security: scope === "public" ? [] : [{ bearer: [scope] }],
    ...describeRequest(route),
    responses: describeResponses(route),
  };
}

/** A client must not break when an answer gains a field, so answers are not documented as closed. */
const allowNewFields: NonNullable<CreateDocumentOptions["override"]> = ({ jsonSchema, io }) => {
  if (io === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
};
