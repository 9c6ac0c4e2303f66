import { AppError } from "@longshore/shared/errors";

/** The error for a body beyond a limit, which it names. */
export function bodyTooLarge(maxBytes: number): AppError {
  return new AppError("body_too_large", { message: `The body is larger than ${maxBytes} bytes` });
}
