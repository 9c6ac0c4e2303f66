import express, { type Express } from "express";
import type { Logger } from "@longshore/shared/logger";
import { createDocsRoutes } from "./docs/create-docs-routes.ts";
import { createErrorRoutes } from "./docs/create-error-routes.ts";
import { createOpenApi, type ServiceInfo } from "./docs/create-openapi.ts";
import { createErrorHandler, type TranslateError } from "./error-handler.ts";
import type { Guard } from "./guard.ts";
import { logRequests } from "./log-requests.ts";
import { mountRoutes } from "./mount-routes.ts";
import { openRequestContext } from "./request-context.ts";
import type { Route } from "./route.ts";
import { setSecurityHeaders } from "./security-headers.ts";

export type HttpAppOptions = {
  routes: readonly Route[];
  log: Logger;
  info: ServiceInfo;
  translateError?: TranslateError;
  /** Asked in this order, before each request of a route. */
  guards?: readonly Guard[];
};

/** Composes the room: an Express app that serves the routes given and their documentation. */
export function createHttpApp({ routes, log, info, translateError, guards = [] }: HttpAppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.set("query parser", "simple");

  app.use(openRequestContext(app, log), logRequests(log), setSecurityHeaders());
  const documented = [...routes, ...createErrorRoutes()];
  mountRoutes(app, [...documented, ...createDocsRoutes(createOpenApi(documented, info))], guards);
  app.use(createErrorHandler(translateError));
  return app;
}
