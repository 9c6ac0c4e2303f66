import { z } from "zod";
import type { ErrorCode } from "@longshore/shared/errors";

/** For routes whose request may be sent again without being done again. */
export const idempotencyHeaders = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .describe(
      "Names this request: sent again with the same key within a day, it is answered as before and not done again.",
    ),
});

export const idempotencyErrors = [
  "invalid_idempotency_key",
  "idempotency_in_flight",
  "idempotency_mismatch",
] as const satisfies readonly ErrorCode[];

export const replayedHeaderDoc = {
  "Idempotent-Replayed": "`true` when this is the answer to an earlier request with the same key.",
};

export function replayedHeader(replayed: boolean) {
  return { "Idempotent-Replayed": replayed ? "true" : undefined };
}
