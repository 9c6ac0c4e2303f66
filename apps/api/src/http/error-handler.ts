import type { ErrorRequestHandler, Response } from "express";
import { AppError } from "@longshore/shared/errors";
import { createProblem } from "./problem.ts";
import { requestPath } from "./request-path.ts";
import { sendReply } from "./send-reply.ts";

export type TranslateError = (error: unknown) => AppError | undefined;

/**
 * Answers every error with problem details. `translateError` may turn an error that this room does not know, such as the
 * database's, into an `AppError`; what is left becomes `internal`: its cause is logged and never sent.
 */
export function createErrorHandler(translateError?: TranslateError): ErrorRequestHandler {
  return (error, req, res, _next) => {
    const appError = toAppError(error, translateError);
    const problem = createProblem(appError, requestPath(req), req.id as string);
    if (problem.status >= 500 && !res.destroyed) res.err = error;
    if (res.headersSent) return void res.destroy();

    removeContentHeaders(res);
    sendReply(req, res, {
      status: problem.status,
      headers: {
        "Content-Type": "application/problem+json; charset=utf-8",
        "Cache-Control": "no-store",
        "Retry-After": appError.retryAfterSeconds,
      },
      body: JSON.stringify(problem),
    });
  };
}

function toAppError(error: unknown, translateError?: TranslateError): AppError {
  if (error instanceof AppError) return error;
  // Express decodes path parameters, and says so when it cannot.
  if (error instanceof URIError)
    return new AppError("malformed_request", { message: "The path is not valid UTF-8 in percent-encoding" });
  return translateError?.(error) ?? new AppError("internal", { cause: error });
}

/** What a handler had said of the answer that it did not get to give. */
function removeContentHeaders(res: Response): void {
  for (const name of res.getHeaderNames()) {
    if (/^(content-(type|length|encoding|disposition)|etag|last-modified|location)$/.test(name)) res.removeHeader(name);
  }
}
