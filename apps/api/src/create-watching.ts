import type { Db } from "@longshore/shared/db/create-database";
import type { Logger } from "@longshore/shared/logger";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import type { StatusBoard } from "@longshore/shared/status/status-board";
import type { Route } from "./http/route.ts";
import { keepStreams } from "./http/streams/keep-streams.ts";
import { createJobEventsRoutes } from "./routes/job-events.ts";
import { createJobLogsRoutes } from "./routes/job-logs.ts";
import { createJobStatusRoutes } from "./routes/job-status.ts";
import { createFollowJob } from "./services/follow-job.ts";
import { createGetJob } from "./services/get-job.ts";
import { createLookAtJob } from "./services/look-at-job.ts";
import { createReadLogs } from "./services/read-logs.ts";
import { createTailLogs } from "./services/tail-logs.ts";
import { createWaitForJob } from "./services/wait-for-job.ts";
import { createWatchJobs } from "./services/watch-jobs.ts";

export type WatchingDeps = {
  db: Db;
  redis: RedisClient;
  board: StatusBoard;
  isKeyValid: (keyId: string) => Promise<boolean>;
  log: Logger;
};
export type WatchingOptions = { namespace: string; maxStreams: number; shrinkHeap?: (() => void) | undefined };

export type Watching = {
  routes: Route[];
  /** How many streams are open. */
  countStreams(): number;
  /** Answers whoever waits and ends every stream: this process is about to stop. */
  leave(): void;
  close(): void;
};

/** Composes all the ways to watch a job: poll, wait, stream, logs. They share what is read, and one subscription. */
export function createWatching(deps: WatchingDeps, options: WatchingOptions): Watching {
  const { db, redis, board, isKeyValid, log } = deps;
  const draining = new AbortController();
  const lookAtJob = createLookAtJob(db, board);
  const watchJobs = createWatchJobs({ redis, namespace: options.namespace, lookAtJob, log });
  const streams = keepStreams({ maxStreams: options.maxStreams, isKeyValid, tidy: options.shrinkHeap });
  const getJob = createGetJob({ board, lookAtJob });

  return {
    routes: [
      ...createJobStatusRoutes({
        getJob,
        waitForJob: createWaitForJob({ getJob, watchJobs, draining: draining.signal }),
      }),
      ...createJobEventsRoutes({
        followJob: createFollowJob({ lookAtJob, watchJobs, tailLogs: createTailLogs(db), log }),
        streams,
      }),
      ...createJobLogsRoutes({ readLogs: createReadLogs(db) }),
    ],
    countStreams: streams.count,
    leave() {
      draining.abort();
      streams.leave();
    },
    close: () => watchJobs.close(),
  };
}
