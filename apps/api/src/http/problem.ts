import type { AppError, ErrorCode, FieldError } from "@longshore/shared/errors";
import { errorTitles } from "@longshore/shared/errors";
import { errorStatus } from "./error-status.ts";

/** The body of every error answer (RFC 9457). `type` is a path on this service that explains the code. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  instance: string;
  requestId: string;
  errors?: readonly FieldError[];
};

/** Describes an error for the client that caused it. `instance` is the path of its request. */
export function createProblem(error: AppError, instance: string, requestId: string): Problem {
  return {
    type: `/errors/${error.code}`,
    title: errorTitles[error.code],
    status: errorStatus[error.code],
    code: error.code,
    detail: error.message,
    instance,
    requestId,
    ...(error.errors.length > 0 && { errors: error.errors }),
  };
}
