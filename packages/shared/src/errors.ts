/**
 * Every code a client can meet, with its title. `apps/api/src/http/error-status.ts` maps each to its HTTP status and
 * `docs/errors.md` explains each; a test ties the three together.
 */
export const errorTitles = {
  already_exists: "There is one already that has this value",
  body_too_large: "The body is larger than this service accepts",
  columns_mismatch: "The columns do not match the dataset",
  empty_import: "The import holds no rows",
  forbidden: "This key does not allow it",
  headers_too_large: "The headers are larger than this service accepts",
  idempotency_in_flight: "A request with this idempotency key is under way",
  idempotency_mismatch: "This idempotency key was used for another request",
  illegal_state: "The job's state does not allow this",
  internal: "Something went wrong on our side",
  invalid_config: "The configuration is not valid",
  invalid_encoding: "The body is not valid in its declared encoding",
  invalid_idempotency_key: "The idempotency key is not valid",
  invalid_utf8: "The body is not valid UTF-8",
  malformed_body: "The body is not what its content type says",
  malformed_request: "The request is not well formed",
  method_not_allowed: "This method is not allowed here",
  not_found: "There is nothing here",
  overloaded: "The service has as much work as it can hold",
  quota_exceeded: "You have as much work in this service as you may",
  rate_limited: "You ask more often than you may",
  record_too_large: "A record is larger than this service accepts",
  request_timeout: "The request took too long to arrive",
  unauthenticated: "A valid API key is needed",
  unavailable: "A dependency is not available",
  unknown_dataset: "There is no such dataset",
  unknown_host: "This service does not answer under that name",
  unknown_kind: "There is no such kind",
  unsupported_encoding: "This content encoding is not supported",
  unsupported_media_type: "This content type is not supported",
  upload_incomplete: "The upload ended before its end",
  validation_failed: "The request has invalid values",
} as const;

export type ErrorCode = keyof typeof errorTitles;

/** One thing that is wrong with a request: `pointer` is an RFC 6901 JSON pointer into the body, or a parameter's name. */
export type FieldError = { pointer: string; code: string; message: string };

export type AppErrorDetails = {
  /** What is wrong, for a person; names the value and the place. Defaults to the code's title. */
  message?: string;
  errors?: readonly FieldError[];
  retryAfterSeconds?: number;
  cause?: unknown;
};

/** The one error type whose message may reach a client. Anything else becomes `internal` there. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, details: AppErrorDetails = {}) {
    super(details.message ?? errorTitles[code], { cause: details.cause });
    this.code = code;
    this.errors = details.errors ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
