import { setImmediate } from "node:timers/promises";
import type { Logger } from "@longshore/shared/logger";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { listenToBell } from "./listen-to-bell.ts";
import type { Look, LookAtJob } from "./look-at-job.ts";

/**
 * How soon a job that rings is looked at again: at first almost at once, since short jobs begin and end in the same moment;
 * while it goes on ringing, less and less often.
 */
const soonestMs = 10;
const latestMs = 160;
const quietMs = 1_000;
const tickMs = 1_000;
/** A ring may be lost, so every watched job is looked at once in this time anyway. */
const doubtMs = 30_000;

export type WatchJobsDeps = { redis: RedisClient; namespace: string; lookAtJob: LookAtJob; log: Logger };

/** Gets each new look at the job; undefined when there is no such job any more. */
export type Watcher = (look: Look | undefined) => void;

export type WatchJobs = {
  /** Looks at a job at once, and then whenever something about it was committed, until the returned function is called. */
  watch(jobId: string, watcher: Watcher): () => void;
  close(): void;
};

/** So many watchers are told in one go; then others get their turn. */
const toldAtOnce = 500;

type Watched = {
  watchers: Set<Watcher>;
  lookedAt: number;
  /** How long after that it may be looked at again. */
  restMs: number;
  looking: boolean;
  rungMeanwhile: boolean;
  failed: boolean;
};

/**
 * Tells watchers of jobs what becomes of them. All watchers of a job share a look, and all jobs that ring at the same time
 * share a statement. While the bell cannot be heard, every watched job is looked at once a second.
 */
export function createWatchJobs({ redis, namespace, lookAtJob, log }: WatchJobsDeps): WatchJobs {
  const watched = new Map<string, Watched>();
  const late = new Set<string>();
  let lateTimer: NodeJS.Timeout | undefined;

  function lookSoon(jobId: string): void {
    const job = watched.get(jobId);
    if (!job) return;
    if (job.looking) job.rungMeanwhile = true;
    else if (performance.now() - job.lookedAt >= job.restMs) void look(jobId, job);
    else lookLater(jobId);
  }

  function lookLater(jobId: string): void {
    late.add(jobId);
    lateTimer ??= setTimeout(() => {
      lateTimer = undefined;
      const jobIds = [...late];
      late.clear();
      for (const id of jobIds) lookSoon(id);
    }, soonestMs);
  }

  async function look(jobId: string, job: Watched): Promise<void> {
    job.looking = true;
    job.rungMeanwhile = false;
    const now = performance.now();
    job.restMs = now - job.lookedAt > quietMs ? soonestMs : Math.min(job.restMs * 2, latestMs);
    job.lookedAt = now;
    try {
      const seen = await lookAtJob(jobId);
      job.failed = false;
      await tell(job.watchers, seen);
    } catch (error) {
      job.failed = true;
      log.debug({ err: error, jobId }, "a watched job could not be read");
    }
    job.looking = false;
    if (job.rungMeanwhile) lookLater(jobId);
  }

  function lookAtAll(which: (job: Watched) => boolean): void {
    for (const [jobId, job] of watched) if (which(job)) lookSoon(jobId);
  }

  const bell = listenToBell(redis, {
    namespace,
    onRing: (jobIds) => jobIds.forEach(lookSoon),
    onHeard: () => lookAtAll(() => true),
    onError: (error) => log.debug({ err: error }, "the bell is away"),
  });
  const ticking = setInterval(() => {
    const doubtful = performance.now() - doubtMs;
    lookAtAll((job) => !bell.isHeard() || job.failed || job.lookedAt < doubtful);
  }, tickMs);
  ticking.unref();

  return {
    watch(jobId, watcher) {
      const job = watched.get(jobId) ?? {
        watchers: new Set(),
        lookedAt: -Infinity,
        restMs: 0,
        looking: false,
        rungMeanwhile: false,
        failed: false,
      };
      watched.set(jobId, job);
      job.watchers.add(watcher);
      lookSoon(jobId);
      return () => {
        job.watchers.delete(watcher);
        if (job.watchers.size === 0 && watched.get(jobId) === job) watched.delete(jobId);
      };
    },
    close() {
      clearInterval(ticking);
      clearTimeout(lateTimer);
      bell.close();
    },
  };
}

async function tell(watchers: ReadonlySet<Watcher>, look: Look | undefined): Promise<void> {
  let told = 0;
  for (const watcher of watchers) {
    watcher(look);
    told += 1;
    if (told % toldAtOnce === 0) await setImmediate();
  }
}
