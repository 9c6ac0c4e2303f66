import { readFile } from "node:fs/promises";
import { defineRoute, type Route } from "../route.ts";
import { docsPage, docsPolicy, docsScript } from "./docs-page.ts";

const scalarBundle = new URL("./browser/standalone.js", import.meta.resolve("@scalar/api-reference"));

type Asset = {
  operationId: string;
  path: string;
  contentType: string;
  read: () => string | Promise<Buffer>;
  headers?: Record<string, string>;
};

/** `/openapi.json`, and the page that shows it, which loads nothing from elsewhere. */
export function createDocsRoutes(openApi: object): Route[] {
  const openApiText = JSON.stringify(openApi);
  return [
    serve({
      operationId: "getOpenApi",
      path: "/openapi.json",
      contentType: "application/json; charset=utf-8",
      read: () => openApiText,
    }),
    serve({
      operationId: "getDocs",
      path: "/docs",
      contentType: "text/html; charset=utf-8",
      read: () => docsPage,
      headers: { "Content-Security-Policy": docsPolicy },
    }),
    serve({
      operationId: "getDocsScript",
      path: "/docs/start.js",
      contentType: "text/javascript; charset=utf-8",
      read: () => docsScript,
    }),
    serve({
      operationId: "getDocsBundle",
      path: "/docs/scalar.js",
      contentType: "text/javascript; charset=utf-8",
      read: () => readFile(scalarBundle),
      headers: { "Cache-Control": "public, max-age=86400" },
    }),
  ];
}

function serve({ operationId, path, contentType, read, headers = {} }: Asset): Route {
  return defineRoute({
    operationId,
    method: "get",
    path,
    tags: ["system"],
    scope: "public",
    summary: `Serves ${path}`,
    responses: { 200: { description: path, contentTypes: [contentType] } },
    handler: async () => ({ status: 200, headers: { "Content-Type": contentType, ...headers }, body: await read() }),
  });
}
