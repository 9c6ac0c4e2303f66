import type { Db } from "@longshore/shared/db/create-database";
import type { JobRow } from "@longshore/shared/db/schema";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { queueFor } from "@longshore/shared/queue/names";

export type DropEntry = (job: Pick<JobRow, "kind" | "entry">) => Promise<void>;

export type DropEntryDeps = { db: Db; producer: Producer; log: Logger };

/**
 * Takes the entry of a job that is over out of the queue, where it would lie until its time, which may be a year away; unless
 * it carries another job that is open. Never rejects: an entry that stays does no harm.
 */
export function createDropEntry({ db, producer, log }: DropEntryDeps): DropEntry {
  return async function dropEntry({ kind, entry }) {
    if (entry === null) return;
    const queue = queueFor(kind);
    try {
      const carried = await producer.read(queue, entry);
      if (carried && !(await isOpen(db, entry, carried.jobs))) await producer.remove(queue, entry);
    } catch (error) {
      log.debug({ err: error, queue, entry }, "an entry stays until its time");
    }
  };
}

async function isOpen(db: Db, entry: string, jobIds: readonly string[]): Promise<boolean> {
  const open = await db
    .selectFrom("jobs")
    .select("id")
    .where("id", "in", jobIds)
    .where("entry", "=", entry)
    .where("outcome", "is", null)
    .limit(1)
    .executeTakeFirst();
  return open !== undefined;
}
