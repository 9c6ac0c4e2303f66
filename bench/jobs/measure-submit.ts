import type { Db } from "@longshore/shared/db/create-database";
import type { Redis } from "ioredis";
import { sql } from "kysely";
import { call } from "./drive.ts";
import { load, type Answered } from "./load.ts";
import { startBareApi } from "./run-peer.ts";

const submission = { kind: "sleep", payload: { durationMs: 0 } };

/** Submits over 100 connections, to one API process each, while nobody works: bare BullMQ, then Longshore. */
export async function measureSubmit(
  { apiUrl, redisUrl }: { apiUrl: string; redisUrl: string },
  db: Db,
  redis: Redis,
): Promise<{ bare: Answered; longshore: Answered }> {
  using peer = await startBareApi(redisUrl);
  await load({ url: `${peer.url}/jobs`, body: submission, seconds: 1 });
  const bare = await load({ url: `${peer.url}/jobs`, body: submission });
  await redis.flushdb();

  await call(`${apiUrl}/v1/queues/sleep/pause`);
  await load({ url: `${apiUrl}/v1/jobs`, body: submission, seconds: 1 });
  const longshore = await load({ url: `${apiUrl}/v1/jobs`, body: submission });
  await sql`truncate jobs cascade`.execute(db);
  await redis.flushdb();
  await call(`${apiUrl}/v1/queues/sleep/resume`);
  return { bare, longshore };
}
