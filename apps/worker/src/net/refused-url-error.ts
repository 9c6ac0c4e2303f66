import { UnrecoverableError } from "../jobs/define-handler.ts";

export type RefusalCode = "blocked_address" | "invalid_url";

/** Why a URL is not called at all. To try again cannot help, so a handler that lets it pass fails at once. */
export class RefusedUrlError extends UnrecoverableError {
  constructor(code: RefusalCode, message: string) {
    super(message, code);
  }
}
