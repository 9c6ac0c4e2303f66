import type { Registry } from "prom-client";
import type { Db } from "@longshore/shared/db/create-database";
import { sampleGauges } from "@longshore/shared/metrics/sample-gauges";
import type { ReadWaiting, Waiting } from "../services/count-waiting.ts";

export type WatchQueuesDeps = { db: Db; readWaiting: ReadWaiting };

/** Tells what is in the queues, as PostgreSQL has it: every API says the same of them. */
export function watchQueues(registry: Registry, { db, readWaiting }: WatchQueuesDeps): void {
  const labelNames = ["queue"];

  sampleGauges(
    registry,
    {
      jobs: { name: "longshore_queue_jobs", help: "Jobs that are not over, by state.", labelNames: ["queue", "state"] },
      work: {
        name: "longshore_queue_work",
        help: "What is there for workers to do: jobs that are due or run, and chunks of imports.",
        labelNames,
      },
      oldest: {
        name: "longshore_queue_oldest_waiting_seconds",
        help: "How long ago the job could have started that has waited longest; 0 if none waits.",
        labelNames,
      },
    },
    async () => {
      const queues = [...(await readWaiting()).queues];
      return {
        jobs: queues.flatMap(([queue, { scheduled, queued, running, cancelling }]) =>
          Object.entries({ scheduled, queued, running, cancelling }).map(([state, value]) => ({
            labels: { queue, state },
            value,
          })),
        ),
        work: queues.map(([queue, waiting]) => ({ labels: { queue }, value: workOf(waiting) })),
        oldest: queues.map(([queue, { since }]) => ({ labels: { queue }, value: secondsSince(since) })),
      };
    },
  );
  sampleGauges(
    registry,
    { paused: { name: "longshore_queue_paused", help: "1 for a queue that is paused.", labelNames } },
    async () => {
      const rows = await db.selectFrom("queue_settings").select(["queue", "paused"]).execute();
      return { paused: rows.map(({ queue, paused }) => ({ labels: { queue }, value: paused ? 1 : 0 })) };
    },
  );
}

function workOf({ queued, running, cancelling, chunksWaiting }: Waiting): number {
  return chunksWaiting ?? queued + running + cancelling;
}

function secondsSince(since: Date | null): number {
  return since ? Math.max(0, Date.now() - since.getTime()) / 1_000 : 0;
}
