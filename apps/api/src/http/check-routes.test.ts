import { expect, test } from "vitest";
import { z } from "zod";
import { checkRoutes } from "./check-routes.ts";
import { defineRoute, type Route } from "./route.ts";

function route(operationId: string, path: string, params?: z.ZodObject): Route {
  return defineRoute({
    operationId,
    method: "get",
    path,
    tags: ["test"],
    scope: "public",
    summary: "Does nothing",
    ...(params && { request: { params } }),
    responses: { 204: { description: "Nothing." } },
    handler: () => ({ status: 204 }),
  });
}

test("routes that are distinct and know their params pass", () => {
  expect(() => checkRoutes([route("a", "/a"), route("b", "/a/{id}", z.object({ id: z.string() }))])).not.toThrow();
});

test("two routes cannot share an operation id, or a method and a path", () => {
  expect(() => checkRoutes([route("a", "/a"), route("a", "/b")])).toThrow("Two routes are declared as a");
  expect(() => checkRoutes([route("a", "/a"), route("b", "/a")])).toThrow("Two routes are declared as get /a");
});

test("a path and its params schema must agree", () => {
  expect(() => checkRoutes([route("a", "/a/{id}")])).toThrow("[] for the path /a/{id}");
  expect(() => checkRoutes([route("a", "/a", z.object({ id: z.string() }))])).toThrow("[id] for the path /a");
});
