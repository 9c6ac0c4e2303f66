import type { Db } from "@longshore/shared/db/create-database";
import type { Redis } from "ioredis";
import { sql } from "kysely";
import { call } from "./drive.ts";
import { load, type Answered } from "../load.ts";

const submission = { kind: "sleep", payload: { durationMs: 0 } };

export type SubmitContenders = { apiUrl: string; bareUrl: string; queueOnlyUrl: string };

/** Submits over 100 connections, to one process each, while nobody works. */
export async function measureSubmit(
  { apiUrl, bareUrl, queueOnlyUrl }: SubmitContenders,
  db: Db,
  redis: Redis,
): Promise<{ bare: Answered; queueOnly: Answered; longshore: Answered }> {
  const bare = await load({ url: `${bareUrl}/jobs`, body: submission });
  await redis.flushdb();
  const queueOnly = await load({ url: `${queueOnlyUrl}/v1/jobs`, body: submission });
  await redis.flushdb();

  await call(`${apiUrl}/v1/queues/sleep/pause`);
  const longshore = await load({ url: `${apiUrl}/v1/jobs`, body: submission });
  await sql`truncate jobs cascade`.execute(db);
  // So that its log goes on in files that are there: one that has been up for a while has some.
  await sql`checkpoint`.execute(db);
  await redis.flushdb();
  await call(`${apiUrl}/v1/queues/sleep/resume`);
  return { bare, queueOnly, longshore };
}
