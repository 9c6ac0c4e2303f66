import type { Db } from "@longshore/shared/db/create-database";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { WorkerBoard } from "@longshore/shared/status/worker-board";
import type { Route } from "./http/route.ts";
import { createQueueRoutes } from "./routes/queues.ts";
import { createScheduleRoutes } from "./routes/schedules.ts";
import { createWorkerRoutes } from "./routes/workers.ts";
import type { CheckJob } from "./services/check-job.ts";
import type { ReadWaiting } from "./services/count-waiting.ts";
import { createChangeQueue } from "./services/change-queue.ts";
import { createChangeSchedule } from "./services/change-schedule.ts";
import { createCreateSchedule } from "./services/create-schedule.ts";
import { createListSchedules } from "./services/list-schedules.ts";
import { createListWorkers } from "./services/list-workers.ts";
import { createPauseSchedule } from "./services/pause-schedule.ts";
import { createReadQueues } from "./services/read-queues.ts";
import { createReadSchedule } from "./services/read-schedule.ts";
import { createRemoveSchedule } from "./services/remove-schedule.ts";
import { createRunSchedule } from "./services/run-schedule.ts";

export type OperatingDeps = {
  db: Db;
  producer: Producer;
  flow: FlowMeter;
  workers: WorkerBoard;
  checkJob: CheckJob;
  readWaiting: ReadWaiting;
};

/** Composes what an operator works with: schedules, queues, workers. */
export function createOperatingRoutes({ db, producer, flow, workers, checkJob, readWaiting }: OperatingDeps): Route[] {
  return [
    ...createScheduleRoutes({
      createSchedule: createCreateSchedule(db, checkJob),
      listSchedules: createListSchedules(db),
      readSchedule: createReadSchedule(db),
      changeSchedule: createChangeSchedule(db, checkJob),
      pauseSchedule: createPauseSchedule(db),
      runSchedule: createRunSchedule({ db, producer, flow }),
      removeSchedule: createRemoveSchedule(db),
    }),
    ...createQueueRoutes({
      readQueues: createReadQueues({ db, producer, flow, readWaiting }),
      changeQueue: createChangeQueue({ db, producer }),
    }),
    ...createWorkerRoutes({ listWorkers: createListWorkers(workers) }),
  ];
}
