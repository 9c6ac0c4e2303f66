import type { ErrorCode } from "@longshore/shared/errors";
import { isProbe } from "../hosts/is-probe.ts";
import { costOf } from "../limits/cost-of.ts";
import type { Route } from "../route.ts";

const ofStream: readonly ErrorCode[] = [
  "request_timeout",
  "unsupported_encoding",
  "unsupported_media_type",
  "upload_incomplete",
];
const ofJson: readonly ErrorCode[] = [
  ...ofStream,
  "body_too_large",
  "invalid_encoding",
  "invalid_utf8",
  "malformed_body",
  "validation_failed",
];

/** What is found before a route is looked for, or is nobody's fault. */
const ofAll: readonly ErrorCode[] = ["headers_too_large", "internal", "malformed_request", "validation_failed"];

/** Every code that a route can answer: what it declares, and what follows from the rest of its declaration. */
export function routeErrors(route: Route): ErrorCode[] {
  const { method, path, scope, request = {}, errors = [] } = route;
  const codes: ErrorCode[] = [...ofAll, ...errors];
  if (!isProbe(path)) codes.push("unknown_host");
  if (costOf(route) > 0) codes.push("rate_limited");
  if (scope !== "public") codes.push("unauthenticated", "forbidden", "unavailable");
  if (request.params) codes.push("not_found");
  if (request.body) codes.push(...(request.body.kind === "json" ? ofJson : ofStream));
  else if (method !== "get" && method !== "delete") codes.push(...ofJson);
  return [...new Set(codes)].toSorted();
}
