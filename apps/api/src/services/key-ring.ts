import type { Db } from "@longshore/shared/db/create-database";
import { hasKeys } from "@longshore/shared/keys/has-keys";
import { matchesHash } from "@longshore/shared/keys/matches-hash";
import { parseKey } from "@longshore/shared/keys/parse-key";
import type { KeyScope } from "@longshore/shared/keys/scopes";
import type { Logger } from "@longshore/shared/logger";
import { answerWithin } from "./answer-within.ts";
import { keepReadings } from "./keep-readings.ts";
import { lookUpKey, type StoredKey } from "./look-up-key.ts";
import { createNoteKeyUse } from "./note-key-use.ts";

export type KeyTimes = {
  /** What is known of a key is read again after this: for so long one may be used that was revoked. */
  keptMs: number;
  /** While the database is away, what was read last holds for so long. */
  graceMs: number;
};

/** See docs/authentication.md. */
const usualTimes = { keptMs: 5_000, graceMs: 60_000 };
const maxKeys = 10_000;

/** Who shows a key, and what it allows. */
export type KeyHolder = { keyId: string; tenant: string; scopes: ReadonlySet<KeyScope> };

export type KeyRing = {
  /** Whether there is no key at all. Rejects with `unavailable` when that cannot be known. */
  isEmpty(): boolean | Promise<boolean>;
  /** Who holds a key; undefined if it is none, or is not valid, for whatever reason. Rejects as `isEmpty` does. */
  find(key: string): KeyHolder | undefined | Promise<KeyHolder | undefined>;
  /** Whether a key that was let in would still be, by its id. Rejects as `isEmpty` does. */
  isValid(keyId: string): Promise<boolean>;
  /** Whether the key was a valid one when this process last looked. Looks nothing up. */
  hasSeen(key: string): boolean;
};

/** What the API knows of keys. One that is in use costs a query every five seconds. */
export function createKeyRing(db: Db, log: Logger, times: KeyTimes = usualTimes): KeyRing {
  const noteUse = createNoteKeyUse(db, log);
  const keys = keepReadings((id) => answerWithin(2_000, lookUpKey(db, id)), { ...times, max: maxKeys });
  const emptiness = keepReadings(async () => !(await answerWithin(2_000, hasKeys(db))), { ...times, max: 1 });

  function judge(secret: string, stored: StoredKey | undefined): KeyHolder | undefined {
    if (!matchesHash(secret, stored?.hash) || !isInForce(stored)) return undefined;
    noteUse(stored);
    return { keyId: stored.id, tenant: stored.tenant, scopes: stored.scopes };
  }

  return {
    isEmpty: () => emptiness.get("api_keys"),
    find(text) {
      const key = parseKey(text);
      if (!key) return undefined;
      const stored = keys.get(key.id);
      return stored instanceof Promise ? stored.then((found) => judge(key.secret, found)) : judge(key.secret, stored);
    },
    isValid: async (keyId) => isInForce(await keys.get(keyId)),
    hasSeen(text) {
      const key = parseKey(text);
      const stored = key && keys.peek(key.id);
      return key !== undefined && matchesHash(key.secret, stored?.hash) && isInForce(stored);
    },
  };
}

function isInForce(key: StoredKey | undefined): key is StoredKey {
  return key !== undefined && !key.isRevoked && (key.expiresAt === null || key.expiresAt.getTime() > Date.now());
}
