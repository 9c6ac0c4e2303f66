import type { ErrorRequestHandler, Request, Response } from "express";
import { AppError } from "@longshore/shared/errors";
import type { RequestObserver } from "./observe-requests.ts";
import { createProblem } from "./problem.ts";
import { requestPath } from "./request-path.ts";
import { sendReply } from "./send-reply.ts";

export type TranslateError = (error: unknown) => AppError | undefined;

/**
 * Answers every error with problem details. `translateError` may turn an error that this room does not know, such as the
 * database's, into an `AppError`; what is left becomes `internal`. A cause on our side is logged and never sent.
 */
export function createErrorHandler(
  translateError?: TranslateError,
  observers: readonly Pick<RequestObserver, "problem">[] = [],
): ErrorRequestHandler {
  return async (error, req, res, _next) => {
    const appError = toAppError(error, translateError);
    const problem = createProblem(appError, requestPath(req), req.id);
    for (const { problem: tell } of observers) tell?.(problem.code);
    if (problem.status >= 500 && !isDisconnect(error, res)) logFailure(req, appError, error);
    if (res.headersSent) {
      res.destroy();
      return;
    }

    removeContentHeaders(res);
    await sendReply(req, res, {
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
  if (error instanceof URIError) {
    return new AppError("malformed_request", { message: "The path is not valid UTF-8 in percent-encoding" });
  }
  return translateError?.(error) ?? new AppError("internal", { cause: error });
}

/** Writing to a client that has left fails, and is nobody's fault. */
function isDisconnect(error: unknown, res: Response): boolean {
  const { name, code } = error as NodeJS.ErrnoException;
  return res.destroyed && (name === "AbortError" || /^(ERR_STREAM_\w+|ECONNRESET|EPIPE)$/.test(code ?? ""));
}

function logFailure(req: Request, { code }: AppError, error: unknown): void {
  if (code === "internal") req.log.error({ err: error }, "request failed");
  else req.log.warn({ err: error }, "request failed");
}

/** What a handler had said of the answer that it did not get to give. */
function removeContentHeaders(res: Response): void {
  for (const name of res.getHeaderNames()) {
    if (/^(content-(type|length|encoding|disposition)|etag|last-modified|location)$/.test(name)) res.removeHeader(name);
  }
}
