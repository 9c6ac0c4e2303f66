import type { Db } from "@longshore/shared/db/create-database";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { Tracing } from "@longshore/shared/tracing/tracing";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import { fireDueSchedules } from "./fire-due-schedules.ts";
import { startTicker, type Ticker } from "./start-ticker.ts";

export type FireDeps = {
  db: Db;
  producer: Producer;
  flow: Pick<FlowMeter, "countIn">;
  metrics: WorkerMetrics;
  tracing: Tracing;
  log: Logger;
};

const intervalMs = 500;
const page = 50;

/** Fires what is due twice a second, until closed. */
export function startFiring(deps: FireDeps): Ticker {
  async function run(closing: AbortSignal): Promise<void> {
    while ((await fireSchedules(deps)) === page && !closing.aborted);
  }
  return startTicker({ name: "schedules", intervalMs, run, log: deps.log });
}

/**
 * Submits the jobs of the schedules that are due: each run once, however many processes look at the same time. Answers how
 * many schedules were due; there are more if it is 50.
 */
export async function fireSchedules({ db, producer, flow, metrics, tracing, log }: FireDeps): Promise<number> {
  const fired = await db.transaction().execute((trx) => fireDueSchedules(trx, page, tracing));
  for (const { schedule, jobs, error } of fired) {
    metrics.scheduleRuns.inc({ result: "submitted" }, jobs.length);
    if (error) metrics.scheduleRuns.inc({ result: error.code });
    if (error) log.warn({ schedule: schedule.id, error }, "a schedule submitted no job");
  }
  const jobs = fired.flatMap((run) => run.jobs);
  flow.countIn(jobs);
  await producer.enqueue(toEntries(jobs)).catch((error: unknown) => {
    log.warn({ err: error }, "the queue is away: the reconciler will enqueue these jobs");
  });
  return fired.length;
}
