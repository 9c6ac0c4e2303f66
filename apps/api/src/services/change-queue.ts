import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { lockQueueSettings, toQueueSettings, type QueueSettings } from "@longshore/shared/queue/queue-settings";
import { assertQueue } from "./read-queues.ts";

export type ChangeQueueDeps = { db: Db; producer: Producer };
/** What is not there stays as it is. */
export type QueueChanges = { [Name in keyof QueueSettings]?: QueueSettings[Name] | undefined };

/**
 * Changes a queue's settings for all workers. They are stored first and hold from then on; while Redis is away, the
 * reconciler applies them when it is back. Throws `not_found`.
 */
export function createChangeQueue({ db, producer }: ChangeQueueDeps) {
  return async function changeQueue(queue: string, changes: QueueChanges, log: Logger): Promise<void> {
    assertQueue(queue);
    const columns = toColumns(changes);
    await db.transaction().execute(async (trx) => {
      await lockQueueSettings(trx);
      const stored = await trx
        .insertInto("queue_settings")
        .values({ queue, ...columns })
        .onConflict((conflict) => conflict.column("queue").doUpdateSet({ ...columns, updated_at: new Date() }))
        .returningAll()
        .executeTakeFirstOrThrow();
      await producer
        .control(queue)
        .apply(toQueueSettings(stored))
        .catch((error: unknown) => {
          log.warn({ err: error, queue }, "Redis is away: the reconciler will apply this queue's settings");
        });
    });
  };
}

function toColumns({ paused, concurrency, rateLimit }: QueueChanges) {
  return {
    ...(paused !== undefined && { paused }),
    ...(concurrency !== undefined && { concurrency }),
    ...(rateLimit !== undefined && {
      rate_max: rateLimit?.max ?? null,
      rate_duration_ms: rateLimit?.durationMs ?? null,
    }),
  };
}
