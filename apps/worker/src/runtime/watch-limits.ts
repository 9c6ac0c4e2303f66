import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { startTicker } from "./start-ticker.ts";

export type Limits = {
  /** Resolves when it is known which queues are limited: before that nothing may be fetched. */
  known: Promise<void>;
  /** Whether a queue has a limit on all workers together, as PostgreSQL said a second ago at most. */
  isLimited(queue: string): boolean;
  /** Takes back an entry that the queue's rate has counted although nothing of it was started. Never rejects. */
  uncount(queue: string): Promise<void>;
  close(): Promise<void>;
};

const intervalMs = 1_000;

/** Keeps in mind which queues have a limit of their own. While PostgreSQL is away it is what was known last. */
export function watchLimits({ db, producer, log }: { db: Db; producer: Producer; log: Logger }): Limits {
  const known = Promise.withResolvers<void>();
  let limited: ReadonlySet<string> = new Set();

  async function look(): Promise<void> {
    const rows = await db
      .selectFrom("queue_settings")
      .select("queue")
      .where((eb) => eb.or([eb("concurrency", "is not", null), eb("rate_max", "is not", null)]))
      .execute();
    limited = new Set(rows.map(({ queue }) => queue));
    known.resolve();
  }

  const ticker = startTicker({ name: "limits", intervalMs, run: look, log });
  return {
    known: known.promise,
    isLimited: (queue) => limited.has(queue),
    async uncount(queue) {
      await producer
        .control(queue)
        .uncount()
        .catch((error: unknown) =>
          log.warn({ err: error, queue }, "the queue is away: it will start less for a while"),
        );
    },
    close: ticker.close,
  };
}
