import { sql, type Kysely } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import { isLockTimeout } from "@longshore/shared/db/sql-error";

/**
 * The first condition of a statement, which PostgreSQL looks at once and before any row: it then waits for 200 ms at most
 * until somebody lets go of a job, for all its other jobs wait as long.
 */
export const briefly = sql<boolean>`(select set_config('lock_timeout', '200', true)) is not null`;

/** What a statement answered, and the ids of the jobs that it was sent without. */
export type WithFree<Row> = { rows: Row[]; held: ReadonlySet<string> };

/**
 * Sends a statement that waits `briefly` for the jobs it changes. Should somebody else have one of them in a transaction, it
 * is sent again for the others. A job that is not there at all then counts as held, too.
 */
export async function withFreeJobs<Reference extends { jobId: string }, Row>(
  db: Db,
  references: readonly Reference[],
  send: (db: Kysely<Database>, references: readonly Reference[]) => Promise<Row[]>,
): Promise<WithFree<Row>> {
  if (references.length === 0) return { rows: [], held: new Set() };
  try {
    return { rows: await send(db, references), held: new Set() };
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
  }
  const ids = references.map(({ jobId }) => jobId);
  return db.transaction().execute(async (trx) => {
    const { rows: free } = await sql<{ id: string }>`
      select id from jobs where id = any(${ids}::uuid[]) for no key update skip locked`.execute(trx);
    const held = new Set(ids).difference(new Set(free.map(({ id }) => id)));
    const left = references.filter(({ jobId }) => !held.has(jobId));
    return { rows: await send(trx, left), held };
  });
}
