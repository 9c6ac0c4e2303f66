import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { deleteRows } from "./delete-rows.ts";

const page = 500;

/** Removes the idempotency keys of before a time, but for those whose request is under way; answers after each step how many. */
export async function* removeOldIdempotencyKeys(db: Db, before: Date): AsyncGenerator<number> {
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from idempotency_keys where ctid = any(array(
        select ctid from idempotency_keys
        where created_at < ${before} and locked_until < now()
        order by created_at limit ${page} for update skip locked))`.execute(db);
    yield Number(numAffectedRows);
    if (numAffectedRows < page) return;
  }
}

/** Removes the keys that dry runs took note of whose jobs are gone: no foreign key does, for no log keeps that table. */
export async function* removeOrphanedImportKeys(db: Db): AsyncGenerator<number> {
  const { rows } = await sql<{ job_id: string }>`
    with recursive held as (
      (select job_id from import_keys order by job_id limit 1)
      union all
      select (select job_id from import_keys where import_keys.job_id > held.job_id order by job_id limit 1)
      from held where held.job_id is not null)
    select job_id from held
    where job_id is not null and not exists (select from jobs where jobs.id = held.job_id)`.execute(db);
  for (const { job_id } of rows) yield* deleteRows(db, "import_keys", [job_id]);
}
