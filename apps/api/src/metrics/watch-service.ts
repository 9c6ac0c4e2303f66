import { sql } from "kysely";
import type { Registry } from "prom-client";
import type { Db } from "@longshore/shared/db/create-database";
import { sampleGauges } from "@longshore/shared/metrics/sample-gauges";
import type { WorkerBoard } from "@longshore/shared/status/worker-board";

export type WatchServiceDeps = {
  db: Db;
  workers: Pick<WorkerBoard, "list">;
  countStreams: () => number;
  countUploads: () => number;
};

/** Tells what this process holds, and what no process alone knows: whether PostgreSQL is there, the workers, what is staged. */
export function watchService(registry: Registry, deps: WatchServiceDeps): void {
  const { db, workers, countStreams, countUploads } = deps;

  sampleGauges(
    registry,
    {
      streams: { name: "longshore_streams", help: "Event streams and WebSockets that are open." },
      uploads: { name: "longshore_uploads", help: "Uploads of imports that are under way." },
    },
    () => ({ streams: [{ value: countStreams() }], uploads: [{ value: countUploads() }] }),
  );
  sampleGauges(
    registry,
    { up: { name: "longshore_postgres_up", help: "1 if PostgreSQL answers this process within a second." } },
    async () => ({ up: [{ value: (await answers(db)) ? 1 : 0 }] }),
  );
  sampleGauges(
    registry,
    { staged: { name: "longshore_staged_bytes", help: "Compressed chunks in PostgreSQL that wait to be applied." } },
    async () => ({ staged: [{ value: await readStagedBytes(db) }] }),
  );
  sampleGauges(
    registry,
    { workers: { name: "longshore_workers", help: "Workers that are alive. Unknown while Redis is away." } },
    async () => ({ workers: [{ value: (await workers.list()).length }] }),
  );
}

async function answers(db: Db): Promise<boolean> {
  const answer = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  );
  const late = new Promise<false>((resolve) => void setTimeout(resolve, 900, false).unref());
  return Promise.race([answer, late]);
}

async function readStagedBytes(db: Db): Promise<number> {
  const { bytes } = await db
    .selectFrom("imports")
    .select(sql<number>`coalesce(sum(staged_bytes), 0)::bigint`.as("bytes"))
    .where("staged_bytes", ">", 0)
    .executeTakeFirstOrThrow();
  return bytes;
}
