import type { JobView } from "@longshore/shared/status/job-view";
import { isTerminal } from "@longshore/shared/status/job-state";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { look } from "./read-truth.ts";
import type { FaultStack } from "./start-fault-stack.ts";

export type JobFixture = Awaited<ReturnType<typeof createJobFixture>>;

/** Submits jobs and tells of them. PostgreSQL takes note, in `writes`, of each time that a job of `users.process` writes. */
export async function createJobFixture(stack: FaultStack) {
  const { pool } = stack.database;
  await pool.query(`
    create table writes (user_id bigint not null);
    create function note_write() returns trigger language plpgsql as $$ begin
      insert into writes values (new.user_id);
      return new;
    end $$;
    create trigger a_note_write after insert or update on user_profiles for each row execute function note_write()`);

  async function submit(kind: string, payload: object): Promise<JobView> {
    const response = await fetch(`${stack.url}/v1/jobs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind, payload }),
    });
    const body = await response.text();
    if (response.status !== 202) throw new Error(`A job was answered with ${response.status}: ${body}`);
    return JSON.parse(body) as JobView;
  }

  async function readNumber(query: string, id: string | number): Promise<number> {
    const { rows } = await pool.query<{ n: number }>(query, [id]);
    return rows[0]!.n;
  }

  return {
    submit,
    /** Submits a job of `users.process` for a user of its own, of whom the oracle of imports knows nothing. */
    async submitProcess(name = "Ada Lovelace"): Promise<{ userId: number; job: JobView }> {
      const { rows } = await pool.query<{ id: number }>(
        "insert into users (email, name) values (gen_random_uuid()::text || '@jobs.example', $1) returning id",
        [name],
      );
      const userId = rows[0]!.id;
      return { userId, job: await submit("users.process", { userId }) };
    },
    untilOver: (job: JobView, withinMs?: number): Promise<JobView> =>
      waitFor(
        `${job.id} to be over`,
        async () => {
          const now = await look(stack, job);
          return isTerminal(now.state) && now;
        },
        withinMs,
      ),
    untilRunning: (job: JobView) =>
      waitFor(`${job.id} to run`, async () => (await look(stack, job)).state === "running"),
    countWrites: (userId: number) => readNumber("select count(*) as n from writes where user_id = $1", userId),
    deliveriesOf: (job: JobView) => readNumber("select delivery as n from jobs where id = $1", job.id),
  };
}
