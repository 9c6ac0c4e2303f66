import type { Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";
import { claimIdempotencyKey, lockedMs, type IdempotencyScope } from "./claim-idempotency-key.ts";

/** What a request that may be sent twice does with its key while it runs. */
export type Once = {
  /** To be called in the transaction that commits the answer. */
  answer(trx: Transaction<Database>, response: unknown): Promise<void>;
  /** Whether the answer was committed: to be asked when the commit itself was not answered. */
  isAnswered(): Promise<boolean>;
};

export type Answer<Response> = { response: Response; replayed: boolean };

const withoutKey: Once = { answer: async () => {}, isAnswered: async () => false };

/**
 * Runs a request once for its idempotency key, and answers later ones with what the first was answered. `fingerprint` tells
 * requests apart that have the same key: it is asked when all of the request has been read.
 * Throws `idempotency_mismatch` for another request under a used key.
 */
export async function runOnce<Response>(
  db: Db,
  scope: IdempotencyScope | undefined,
  fingerprint: () => Promise<Buffer>,
  run: (once: Once) => Promise<Response>,
): Promise<Answer<Response>> {
  if (!scope) return { response: await run(withoutKey), replayed: false };
  const claim = await claimIdempotencyKey(db, scope);

  if (!claim.isNew) {
    if (!claim.fingerprint.equals(await fingerprint())) throw new AppError("idempotency_mismatch");
    return { response: claim.response as Response, replayed: true };
  }
  // A renewal that fails is made up for by the next one.
  const renewal = setInterval(() => void claim.renew().catch(() => {}), lockedMs / 4);
  try {
    const once: Once = {
      answer: async (trx, response) => claim.answer(trx, await fingerprint(), response),
      isAnswered: () => claim.isAnswered(),
    };
    return { response: await run(once), replayed: false };
  } catch (error) {
    await claim.release().catch(() => {});
    throw error;
  } finally {
    clearInterval(renewal);
  }
}
