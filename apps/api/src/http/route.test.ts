import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineRoute, jsonBody, streamBody, streamed } from "./route.ts";

const declaration = {
  operationId: "testTypes",
  method: "post",
  path: "/v1/types/{id}",
  tags: ["test"],
  scope: "read",
  summary: "Checks types",
} as const;

const responses = {
  200: { description: "Text.", schema: z.object({ text: z.string() }) },
  204: { description: "Nothing." },
} as const;

test("a handler's arguments follow from the schemas", () => {
  defineRoute({
    ...declaration,
    request: {
      params: z.object({ id: z.uuid() }),
      query: z.object({ limit: z.coerce.number().default(5) }),
      body: jsonBody(z.strictObject({ name: z.string().optional() }), { example: {} }),
    },
    responses,
    handler: ({ params, query, headers, body }) => {
      expectTypeOf(params).toEqualTypeOf<{ id: string }>();
      expectTypeOf(query).toEqualTypeOf<{ limit: number }>();
      expectTypeOf(headers).toEqualTypeOf<Record<string, never>>();
      expectTypeOf(body).toEqualTypeOf<{ name?: string | undefined }>();
      return { status: 204 };
    },
  });
  defineRoute({
    ...declaration,
    request: { body: streamBody({ "text/csv": { description: "Lines.", example: "a\n" } }) },
    responses,
    handler: async ({ body }) => {
      expectTypeOf(body.contentType).toEqualTypeOf<"text/csv">();
      return streamed;
    },
  });
});

test("a reply must be one of those that are declared", () => {
  const route = (handler: Parameters<typeof defineRoute<typeof responses>>[0]["handler"]) =>
    defineRoute<typeof responses>({ ...declaration, responses, handler });
  const replies = [
    route(() => ({ status: 200, body: { text: "a" } })),
    route(async () => ({ status: 204 })),
    // @ts-expect-error -- the status is not declared
    route(() => ({ status: 201, body: { text: "a" } })),
    // @ts-expect-error -- the body is not what the schema says
    route(() => ({ status: 200, body: { text: 1 } })),
    // @ts-expect-error -- the body is missing
    route(() => ({ status: 200 })),
    // @ts-expect-error -- this status has no body
    route(() => ({ status: 204, body: "a" })),
  ];
  expect(replies).toHaveLength(6);
});
