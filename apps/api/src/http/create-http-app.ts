import express, { type Express } from "express";
import type { Logger } from "@longshore/shared/logger";
import { passTraces } from "@longshore/shared/tracing/pass-traces";
import type { Tracing } from "@longshore/shared/tracing/tracing";
import { createDocsRoutes } from "./docs/create-docs-routes.ts";
import { createErrorRoutes } from "./docs/create-error-routes.ts";
import { createOpenApi, type ServiceInfo } from "./docs/create-openapi.ts";
import { createErrorHandler, type TranslateError } from "./error-handler.ts";
import type { Guard } from "./guard.ts";
import { checkHost } from "./hosts/check-host.ts";
import { checkHead } from "./limits/check-head.ts";
import { logRequest } from "./log-request.ts";
import { mountRoutes } from "./mount-routes.ts";
import { observeRequests, type RequestObserver } from "./observe-requests.ts";
import { prepareRequests } from "./prepare-requests.ts";
import { openRequestContext } from "./request-context.ts";
import type { Route } from "./route.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import { traceRequest } from "./trace-request.ts";

export type HttpAppOptions = {
  routes: readonly Route[];
  log: Logger;
  info: ServiceInfo;
  translateError?: TranslateError;
  /** The names under which this service answers; none for any. */
  allowedHosts?: readonly string[];
  /** Whose `X-Forwarded-For` is believed: so many proxies in front of this service, or those at these addresses. */
  trustProxy?: number | readonly string[];
  /** Asked in this order, before each request of a route. */
  guards?: readonly Guard[];
  tracing?: Tracing | undefined;
  /** Told of each request, after the log. */
  observers?: readonly RequestObserver[];
};

/** Composes the room: an Express app that serves the routes given and their documentation. */
export function createHttpApp(options: HttpAppOptions): Express {
  const { routes, log, info, translateError, allowedHosts = [], trustProxy = 0, guards = [] } = options;
  const { tracing = passTraces, observers = [] } = options;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.set("query parser", "simple");
  app.set("trust proxy", trustProxy);

  const steps = [
    openRequestContext(app, log, tracing),
    observeRequests([logRequest(log), traceRequest, ...observers]),
    setSecurityHeaders(),
    checkHead,
    checkHost(allowedHosts),
  ];
  app.use(prepareRequests(steps, tracing));
  const documented = [...routes, ...createErrorRoutes()];
  mountRoutes(app, [...documented, ...createDocsRoutes(createOpenApi(documented, info))], guards);
  app.use(createErrorHandler(translateError, observers));
  return app;
}
