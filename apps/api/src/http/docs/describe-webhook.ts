import type { z } from "zod";
import type { ZodOpenApiOperationObject } from "zod-openapi";

/** A request that the service makes: what it sends, and what it takes which answer for. */
export type Webhook = {
  operationId: string;
  tags: readonly string[];
  summary: string;
  description: string;
  headers: z.ZodObject;
  schema: z.ZodType;
  example: unknown;
  /** Status, or a range of them, to what the service does then. */
  answers: Readonly<Record<`${number}XX` | `${number}` | "default", string>>;
};

export function describeWebhook({
  headers,
  schema,
  example,
  answers,
  tags,
  ...said
}: Webhook): ZodOpenApiOperationObject {
  return {
    ...said,
    tags: [...tags],
    security: [],
    requestParams: { header: headers },
    requestBody: { required: true, content: { "application/json": { schema, example } } },
    responses: Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, { description }])),
  };
}
