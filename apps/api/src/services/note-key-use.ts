import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";

const everyMs = 60_000;

type UsedKey = { id: string; lastUsedAt: Date | null };

/** Writes down that keys are used, each once a minute at most, while nobody waits for it. */
export function createNoteKeyUse(db: Db, log: Logger): (key: UsedKey) => void {
  return (key) => {
    const now = Date.now();
    if (key.lastUsedAt && now - key.lastUsedAt.getTime() < everyMs) return;
    key.lastUsedAt = new Date(now);
    db.updateTable("api_keys")
      .set({ last_used_at: sql<Date>`now()` })
      .where("id", "=", key.id)
      // Another process may have been faster.
      .where(sql<boolean>`coalesce(last_used_at < now() - interval '1 minute', true)`)
      .execute()
      .catch((error: unknown) => log.debug({ err: error, keyId: key.id }, "the use of a key was not noted"));
  };
}
