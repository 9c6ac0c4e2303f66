import type { z } from "zod";
import { createDocument, type CreateDocumentOptions, type ZodOpenApiPathsObject } from "zod-openapi";
import type { Route } from "../route.ts";
import { commonHeaders } from "./common-headers.ts";
import { describeRequest } from "./describe-request.ts";
import { describeResponses } from "./describe-responses.ts";
import { describeWebhook, type Webhook } from "./describe-webhook.ts";
import { errorResponses } from "./error-responses.ts";
import { problemExamples } from "./problem-examples.ts";
import { problemSchema } from "./problem-schema.ts";
import { routeErrors } from "./route-errors.ts";

export type ServiceInfo = {
  title: string;
  version: string;
  summary?: string;
  description?: string;
  license?: { name: string; identifier: string };
  /** What routes have in common that have this tag, in the order in which to show them. */
  tags?: Readonly<Record<string, string>>;
  webhooks?: Readonly<Record<string, Webhook>>;
};

/** The OpenAPI 3.1 document of the routes given. */
export function createOpenApi(routes: readonly Route[], service: ServiceInfo): ReturnType<typeof createDocument> {
  const { tags = {}, webhooks = {}, ...info } = service;
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: describeOperation(route) };

  return createDocument(
    {
      openapi: "3.1.1",
      info,
      servers: [{ url: "/", description: "Where this document came from." }],
      tags: listTags(routes, tags),
      paths,
      webhooks: Object.fromEntries(
        Object.entries(webhooks).map(([name, webhook]) => [name, { post: describeWebhook(webhook) }]),
      ),
      components: {
        schemas: { Problem: problemSchema, ...listMessages(routes) },
        headers: commonHeaders.components,
        responses: errorResponses.components(routes),
        examples: problemExamples.components([...new Set(routes.flatMap(routeErrors))].toSorted()),
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            description: "An API key: `lsk_…`. None is needed while there is none.",
          },
        },
      },
    },
    { override: allowNewFields },
  );
}

function listTags(routes: readonly Route[], descriptions: Readonly<Record<string, string>>) {
  const used = new Set(routes.flatMap((route) => route.tags));
  const names = new Set([...Object.keys(descriptions).filter((name) => used.has(name)), ...used]);
  return [...names].map((name) => {
    const description = descriptions[name];
    return description ? { name, description } : { name };
  });
}

/** The schemas of what streams bring, by the names under which their responses refer to them. */
function listMessages(routes: readonly Route[]): Record<string, z.ZodType> {
  const responses = routes.flatMap((route) => Object.values(route.responses));
  const messages = responses.flatMap(({ messages: schema }) => (schema ? [[schema.meta()?.id, schema] as const] : []));
  return Object.fromEntries(messages);
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
