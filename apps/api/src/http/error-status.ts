import type { ErrorCode } from "@longshore/shared/errors";

/** The HTTP status of every code. A total map: a new code does not compile before it has a status. */
export const errorStatus: Readonly<Record<ErrorCode, number>> = {
  body_too_large: 413,
  columns_mismatch: 422,
  empty_import: 422,
  illegal_state: 409,
  internal: 500,
  invalid_config: 500,
  invalid_encoding: 400,
  invalid_utf8: 400,
  malformed_body: 400,
  malformed_request: 400,
  method_not_allowed: 405,
  not_found: 404,
  record_too_large: 413,
  request_timeout: 408,
  unavailable: 503,
  unknown_dataset: 404,
  unknown_kind: 422,
  unsupported_encoding: 415,
  unsupported_media_type: 415,
  upload_incomplete: 400,
  validation_failed: 422,
};
