import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import { AppError } from "@longshore/shared/errors";

/** Keys are apart by tenant and by route. */
export type IdempotencyScope = { tenant: string; route: string; key: string };

export type KeyClaim =
  | { isNew: false; fingerprint: Buffer; response: unknown }
  | {
      isNew: true;
      /** Stores the answer, in the transaction that makes it true. Throws `idempotency_in_flight` if the claim ran out. */
      answer(trx: Transaction<Database>, fingerprint: Buffer, response: unknown): Promise<void>;
      /** Whether the answer was committed. Waits for a commit that is still under way. */
      isAnswered(): Promise<boolean>;
      /** The request is still under way. What ran out already stays so: somebody else may have the key. */
      renew(): Promise<void>;
      /** The request was refused: the key may be used again. */
      release(): Promise<void>;
    };

/** How long a key stays with a request that does not renew it: its process may be gone. */
export const lockedMs = 10_000;
const lockedUntil = sql<Date>`now() + ${lockedMs} * interval '1 ms'`;
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/**
 * Takes an idempotency key for a request, or finds what the first request with it was answered (the Idempotency-Key draft
 * of the IETF's httpapi group). Throws `invalid_idempotency_key`, and `idempotency_in_flight` while the first is under way.
 */
export async function claimIdempotencyKey(db: Db, scope: IdempotencyScope): Promise<KeyClaim> {
  if (!keyPattern.test(scope.key)) {
    throw new AppError("invalid_idempotency_key", {
      message: "Idempotency-Key must be 1 to 255 printable ASCII characters without spaces",
    });
  }
  const { rows: taken } = await sql`
    insert into idempotency_keys as known (tenant, route, key, locked_until)
    values (${scope.tenant}, ${scope.route}, ${scope.key}, ${lockedUntil})
    on conflict (tenant, route, key) do update set locked_until = excluded.locked_until
    where known.response is null and known.locked_until < now()
    returning 1`.execute(db);
  if (taken.length === 0) return findAnswer(db, scope);

  return {
    isNew: true,
    async answer(trx, fingerprint, response) {
      const { numUpdatedRows } = await trx
        .updateTable("idempotency_keys")
        .set({ fingerprint, response: JSON.stringify(response) })
        .where((eb) => eb.and(scope))
        .where("response", "is", null)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw inFlight();
    },
    async isAnswered() {
      const answered = await db
        .selectFrom("idempotency_keys")
        .select("key")
        .where((eb) => eb.and(scope))
        .where("response", "is not", null)
        .forShare()
        .executeTakeFirst();
      return answered !== undefined;
    },
    async renew() {
      await db
        .updateTable("idempotency_keys")
        .set({ locked_until: lockedUntil })
        .where((eb) => eb.and(scope))
        .where("locked_until", ">", sql<Date>`now()`)
        .execute();
    },
    async release() {
      await db
        .deleteFrom("idempotency_keys")
        .where((eb) => eb.and(scope))
        .where("response", "is", null)
        .execute();
    },
  };
}

async function findAnswer(db: Db, scope: IdempotencyScope): Promise<KeyClaim> {
  const known = await db
    .selectFrom("idempotency_keys")
    .select(["fingerprint", "response"])
    .where((eb) => eb.and(scope))
    .executeTakeFirst();
  if (!known?.fingerprint) throw inFlight();
  return { isNew: false, fingerprint: known.fingerprint, response: known.response };
}

function inFlight(): AppError {
  return new AppError("idempotency_in_flight", { retryAfterSeconds: 1 });
}
