import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { authenticate } from "./http/auth/authenticate.ts";
import { limitBadKeys } from "./http/auth/limit-bad-keys.ts";
import type { Guard } from "./http/guard.ts";
import { createKeyRing, type KeyRing, type KeyTimes } from "./services/key-ring.ts";

export type AuthDeps = { db: Db; redis: RedisClient; log: Logger };

export type AuthOptions = {
  namespace: string;
  /** Whether requests are served without a key while there is none at all: only where nobody else can come from. */
  servesAnyone: boolean;
  /** How many bad keys an address may show in a minute. */
  maxBadKeys: number;
  keyTimes?: KeyTimes | undefined;
};

/** A guard that finds out who asks, and the keys that it knows. */
export type Auth = { guard: Guard; keys: KeyRing };

/** Composes what finds out who asks. */
export function createAuth({ db, redis, log }: AuthDeps, options: AuthOptions): Auth {
  const { namespace, servesAnyone, maxBadKeys: points, keyTimes } = options;
  const keys = createKeyRing(db, log, keyTimes);
  const badKeys = limitBadKeys({ redis, prefix: `${namespace}:bad-keys`, points, windowMs: 60_000 });
  return { guard: authenticate({ keys, badKeys, servesAnyone }), keys };
}
