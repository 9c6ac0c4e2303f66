import type { Db } from "../db/create-database.ts";
import type { Producer } from "./create-producer.ts";
import { queueNames } from "./names.ts";
import { lockQueueSettings, toQueueSettings } from "./queue-settings.ts";

/**
 * Makes Redis agree with the stored settings of every queue, also after it has lost all of them. Answers the queues that
 * did not agree. Takes a short transaction of its own. Rejects while PostgreSQL or Redis is away.
 */
export async function applyQueueSettings(db: Db, producer: Producer): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await lockQueueSettings(trx);
    const stored = await trx.selectFrom("queue_settings").selectAll().execute();
    const changed: string[] = [];
    for (const queue of queueNames) {
      const settings = toQueueSettings(stored.find((row) => row.queue === queue));
      if (await producer.control(queue).apply(settings)) changed.push(queue);
    }
    return changed;
  });
}
