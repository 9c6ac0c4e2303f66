import type { ErrorCode } from "@longshore/shared/errors";
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

/** Every code that a route can answer: what it declares, and what follows from the rest of its declaration. */
export function routeErrors({ request = {}, errors = [] }: Route): ErrorCode[] {
  const codes: ErrorCode[] = ["internal", ...errors];
  if (request.params) codes.push("malformed_request", "not_found");
  if (request.query ?? request.headers) codes.push("validation_failed");
  if (request.body) codes.push(...(request.body.kind === "json" ? ofJson : ofStream));
  return [...new Set(codes)].toSorted();
}
