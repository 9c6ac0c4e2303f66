import type { Express, RequestHandler } from "express";
import { AppError } from "@longshore/shared/errors";
import { checkRoutes } from "./check-routes.ts";
import { requestPath } from "./request-path.ts";
import type { Guard } from "./guard.ts";
import type { Route } from "./route.ts";
import { runRoute } from "./run-route.ts";
import { sendReply } from "./send-reply.ts";
import { takeShortCut } from "./take-short-cut.ts";

/**
 * Mounts routes on an Express app. A path that no route has is `not_found`; a method that no route has on a known path
 * is `method_not_allowed`. HEAD works wherever GET does, and OPTIONS tells what is allowed.
 */
export function mountRoutes(app: Express, routes: readonly Route[], guards: readonly Guard[] = []): void {
  checkRoutes(routes);
  const served = new Map(routes.map((route) => [route, runRoute(route, guards)]));
  app.use(takeShortCut([...served].map(([{ method, path }, handler]) => ({ method, path, handler }))));
  const byPath = Map.groupBy(routes, (route) => route.path);
  for (const path of [...byPath.keys()].toSorted(bySpecificity)) {
    const group = byPath.get(path) ?? [];
    const mounted = app.route(path.replaceAll(/\{(\w+)\}/g, ":$1"));
    for (const route of group) mounted[route.method](served.get(route)!);
    mounted.all(answerOtherMethods(group));
  }
  app.use((req) => {
    throw new AppError("not_found", { message: `There is nothing at ${requestPath(req)}` });
  });
}

/** `/jobs/batch` goes before `/jobs/{id}`, in whatever order they are declared, as OpenAPI says. */
function bySpecificity(a: string, b: string): number {
  const [rankA, rankB] = [a, b].map((path) => path.replaceAll(/\{\w+\}/g, "\uffff")) as [string, string];
  return rankA < rankB ? -1 : 1;
}

function answerOtherMethods(routes: readonly Route[]): RequestHandler {
  const methods = routes.map((route) => route.method.toUpperCase());
  const allowed = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  return (req, res) => {
    res.setHeader("Allow", allowed);
    if (req.method === "OPTIONS") return sendReply(req, res, { status: 204 });
    throw new AppError("method_not_allowed", {
      message: `${req.method} is not allowed here; use ${methods.join(" or ")}`,
    });
  };
}
