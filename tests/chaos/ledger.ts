import type { JobView } from "@longshore/shared/status/job-view";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import type { Rows } from "../faults/upload.ts";

/** All that was answered with a 202. */
export type Ledger = {
  imports: (Rows & { job: JobView })[];
  jobs: JobView[];
  processed: { userId: number; job: JobView }[];
  /** A user whom no job has processed. */
  nextUser(): number;
  /** How many users there were before anything was imported. */
  users: number;
};

/** Makes users to be processed, and has PostgreSQL take note of each time that one of them is. */
export async function openLedger({ database }: FaultStack, users: number): Promise<Ledger> {
  await database.pool.query(`
    create table writes (user_id bigint not null);
    create function note_write() returns trigger language plpgsql as $$ begin
      insert into writes values (new.user_id);
      return new;
    end $$;
    create trigger note_write after insert or update on user_profiles for each row execute function note_write()`);
  const { rows } = await database.pool.query<{ id: number }>(
    "insert into users (email, name) select 'processed-' || n || '@example.com', 'Ada' from generate_series(1, $1::int) n returning id",
    [users],
  );
  return {
    imports: [],
    jobs: [],
    processed: [],
    users,
    nextUser() {
      const row = rows.pop();
      if (!row) throw new Error("All users are processed: start with more");
      return row.id;
    },
  };
}
