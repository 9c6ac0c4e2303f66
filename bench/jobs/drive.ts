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

/** Has jobs wait in their queue until all are there, and answers the seconds from its opening to the last one's end. */
export async function timeBacklog(apiUrl: string, db: Db, count: number, durationMs: number): Promise<number> {
  await sql`truncate jobs cascade`.execute(db);
  await call(`${apiUrl}/v1/queues/sleep/pause`);
  await submitSleeps(apiUrl, count, durationMs);
  await sql`vacuum analyze jobs`.execute(db);
  await sql`checkpoint`.execute(db);
  const opened = Date.now();
  await call(`${apiUrl}/v1/queues/sleep/resume`);
  return ((await untilAllSucceeded(db, count)).getTime() - opened) / 1_000;
}

/** When the last of all jobs there are ended. Throws if it was not that many, or one came to another end. */
async function untilAllSucceeded(db: Db, count: number): Promise<Date> {
  for (;;) {
    // The youngest of those that an index has: to look through all jobs this often would take much of what the workers need.
    const open = await db
      .selectFrom("jobs")
      .select("id")
      .where("outcome", "is", null)
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirst();
    if (!open) break;
    await setTimeout(20);
  }
  const { ended, last } = await db
    .selectFrom("jobs")
    .select((eb) => [eb.fn.countAll<number>().as("ended"), eb.fn.max("finished_at").as("last")])
    .where("state", "=", "succeeded")
    .executeTakeFirstOrThrow();
  if (ended !== count || !last) throw new Error(`${ended} of ${count} jobs succeeded`);
  return last;
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
