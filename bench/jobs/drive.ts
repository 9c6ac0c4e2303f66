import { setTimeout } from "node:timers/promises";
import type { Db } from "@longshore/shared/db/create-database";
import { sql } from "kysely";

const batch = 1_000;

/** Submits jobs that sleep so long, a thousand at a time. */
async function submitSleeps(apiUrl: string, count: number, durationMs: number): Promise<void> {
  for (let sent = 0; sent < count; sent += batch) {
    const jobs = Array.from({ length: Math.min(batch, count - sent) }, () => ({
      kind: "sleep",
      payload: { durationMs },
    }));
    const { accepted } = (await call(`${apiUrl}/v1/jobs/batch`, jobs)) as { accepted: number };
    if (accepted !== jobs.length) throw new Error(`${accepted} of ${jobs.length} jobs were accepted`);
  }
}

export type Backlog = {
  /** From the opening of the queue to the end of the last job. */
  seconds: number;
  /** How many a second ended, the first tenth left out, as it is of other systems. */
  perSecond: number;
};

/** Has jobs wait in their queue until all are there, then opens it until all have ended. */
export async function timeBacklog(apiUrl: string, db: Db, count: number, durationMs: number): Promise<Backlog> {
  await sql`truncate jobs cascade`.execute(db);
  await call(`${apiUrl}/v1/queues/sleep/pause`);
  await submitSleeps(apiUrl, count, durationMs);
  await sql`vacuum analyze jobs`.execute(db);
  await sql`checkpoint`.execute(db);
  const opened = Date.now();
  await call(`${apiUrl}/v1/queues/sleep/resume`);
  const { tenth, last } = await untilAllSucceeded(db, count);
  return { seconds: (last - opened) / 1_000, perSecond: (count * 0.9) / ((last - tenth) / 1_000) };
}

/** When a tenth of all jobs there are had ended, and the last. Throws if it was not that many, or one came to another end. */
async function untilAllSucceeded(db: Db, count: number): Promise<{ tenth: number; last: number }> {
  for (;;) {
    // The times are read from the jobs afterwards: to look more often, or through all of them, takes what the workers need.
    const open = await db
      .selectFrom("jobs")
      .select("id")
      .where("outcome", "is", null)
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirst();
    if (!open) break;
    await setTimeout(200);
  }
  const finished = await db.selectFrom("jobs").select("finished_at").where("state", "=", "succeeded").execute();
  if (finished.length !== count) throw new Error(`${finished.length} of ${count} jobs succeeded`);
  const times = finished.map(({ finished_at }) => finished_at!.getTime()).toSorted((a, b) => a - b);
  return { tenth: times[Math.ceil(count / 10) - 1]!, last: times.at(-1)! };
}

export async function call(url: string, body?: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, {
    method: "POST",
    ...(body !== undefined && { headers, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
