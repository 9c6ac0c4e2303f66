import { Counter, Histogram, Registry } from "prom-client";
import { importKind, jobKinds } from "@longshore/shared/jobs/contracts";
import { queueNames } from "@longshore/shared/queue/names";

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

const seconds = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

/** What a worker counts. Everything of it that is counted is declared here; what is read when asked for is beside it. */
export function createWorkerMetrics(registry = new Registry()) {
  const registers = [registry];

  const metrics = {
    registry,
    attempts: new Counter({
      name: "longshore_job_attempts_total",
      help: "Runs of handlers, by what came of them.",
      labelNames: ["kind", "outcome"],
      registers,
    }),
    runSeconds: new Histogram({
      name: "longshore_job_run_seconds",
      help: "How long handlers ran.",
      labelNames: ["kind"],
      buckets: seconds,
      registers,
    }),
    waitSeconds: new Histogram({
      name: "longshore_job_wait_seconds",
      help: "How long jobs that were due waited for a worker.",
      labelNames: ["kind"],
      buckets: seconds,
      registers,
    }),
    poisoned: new Counter({
      name: "longshore_jobs_poisoned_total",
      help: "Jobs and imports that were given up because they took their workers down.",
      labelNames: ["kind"],
      registers,
    }),
    handedBack: new Counter({
      name: "longshore_jobs_handed_back_total",
      help: "Jobs that were fetched and given back to the queue, because this worker had no slot for them.",
      labelNames: ["kind"],
      registers,
    }),
    refusedSettlements: new Counter({
      name: "longshore_settlements_refused_total",
      help: "Outcomes that were refused because the job had been given to another worker.",
      registers,
    }),
    lostLocks: new Counter({
      name: "longshore_locks_lost_total",
      help: "Entries of queues whose lock this worker lost.",
      labelNames: ["queue"],
      registers,
    }),
    takenOver: new Counter({
      name: "longshore_entries_taken_over_total",
      help: "Entries that this worker found abandoned and put back into the queue.",
      labelNames: ["queue"],
      registers,
    }),
    rows: new Counter({
      name: "longshore_import_rows_total",
      help: "Rows of imports that were committed; those of dry runs are not counted.",
      labelNames: ["dataset", "outcome"],
      registers,
    }),
    chunkSeconds: new Histogram({
      name: "longshore_import_chunk_seconds",
      help: "How long it took to apply a chunk of an import, or to fail.",
      labelNames: ["dataset", "outcome"],
      buckets: seconds,
      registers,
    }),
    reconciled: new Counter({
      name: "longshore_reconciled_total",
      help: "What the reconciler has put right: jobs and chunks enqueued again, queue settings applied, uploads removed.",
      labelNames: ["what"],
      registers,
    }),
    reconcileSeconds: new Histogram({
      name: "longshore_reconcile_seconds",
      help: "How long the reconciler looked.",
      buckets: seconds,
      registers,
    }),
    scheduleRuns: new Counter({
      name: "longshore_schedule_runs_total",
      help: "Runs of schedules that came due: submitted, or why not.",
      labelNames: ["result"],
      registers,
    }),
    webhookCalls: new Counter({
      name: "longshore_webhook_calls_total",
      help: "Calls of webhooks, by the class of the answer's status.",
      labelNames: ["result"],
      registers,
    }),
  };

  // What alerts look at is there from the start: the first of a series that was not there before is no increase.
  for (const kind of [importKind, ...jobKinds]) metrics.poisoned.inc({ kind }, 0);
  for (const queue of queueNames) metrics.lostLocks.inc({ queue }, 0);
  for (const what of ["jobs", "chunks", "queues", "unsealed"]) metrics.reconciled.inc({ what }, 0);
  return metrics;
}
