export type FetchErrorCode = "connection_failed" | "invalid_response" | "timeout" | "too_large" | "too_many_redirects";

/** Why a URL gave no answer this time. */
export class FetchError extends Error {
  override readonly name = "FetchError";
  readonly code: FetchErrorCode;

  constructor(code: FetchErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
