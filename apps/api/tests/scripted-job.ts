import { sql } from "kysely";
import type { LogLevel } from "@longshore/shared/db/schema";
import { newId } from "@longshore/shared/new-id";
import { createStatusBoard } from "@longshore/shared/status/status-board";
import type { JobState } from "@longshore/shared/status/job-state";
import type { TestApi } from "./start-api.ts";

/** A job whose worker is the test. Every step is committed, then rung for, as workers do. */
export type ScriptedJob = {
  id: string;
  url: string;
  become(state: JobState, changes?: { result?: unknown }): Promise<void>;
  log(level: LogLevel, ...messages: string[]): Promise<void>;
  report(done: number, delivery?: number): Promise<void>;
};

export async function startScriptedJob({ url, database: { db }, redis }: TestApi): Promise<ScriptedJob> {
  const board = createStatusBoard(redis.commands, redis.namespace, () => {});
  const id = newId();
  const job = {
    id,
    kind: "sleep",
    state: "queued" as const,
    payload: "{}",
    options: "{}",
    max_attempts: 3,
    tags: "{}",
  };
  await db
    .insertInto("jobs")
    .values({ ...job, entry: null, request_id: null, updated_at: new Date() })
    .execute();

  return {
    id,
    url: `${url}/v1/jobs/${id}`,
    async become(state, { result } = {}) {
      await db
        .updateTable("jobs")
        .set((eb) => ({
          state,
          revision: eb("revision", "+", 1),
          delivery: sql<number>`case when ${state} = 'running' then delivery + 1 else delivery end`,
          ...(result !== undefined && { result: JSON.stringify(result) }),
        }))
        .where("id", "=", id)
        .execute();
      await board.ring([id]);
    },
    async log(level, ...messages) {
      const line = (message: string) => ({ job_id: id, at: new Date(), level, message, fields: '{"n":1}' });
      await db.insertInto("job_logs").values(messages.map(line)).execute();
      await board.ring([id]);
    },
    report: (done, delivery = 1) =>
      board.publishProgress(
        { jobId: id, delivery },
        { done, total: 10, unit: "steps", ratio: done / 10, rowsPerSecond: null, etaSeconds: null },
      ),
  };
}
