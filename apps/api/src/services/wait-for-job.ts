import type { GetJob, ShownJob } from "./get-job.ts";
import type { WatchJobs } from "./watch-jobs.ts";

export type WaitForJobDeps = {
  getJob: GetJob;
  watchJobs: WatchJobs;
  /** Fires when this process is about to stop: whoever waits is answered at once. */
  draining: AbortSignal;
};

export type WaitOptions = {
  waitMs: number;
  /** Fires when nobody waits any more. */
  signal: AbortSignal;
};

/** Answers a job as soon as it is over, or as it is after `waitMs`. Throws `not_found`. */
export function createWaitForJob({ getJob, watchJobs, draining }: WaitForJobDeps) {
  return async function waitForJob(jobId: string, tenant: string, options: WaitOptions): Promise<ShownJob> {
    const job = await getJob(jobId, tenant);
    if (job.isOver) return job;
    return (await untilOver(jobId, options)) ?? getJob(jobId, tenant);
  };

  function untilOver(jobId: string, { waitMs, signal }: WaitOptions): Promise<ShownJob | undefined> {
    return new Promise((resolve) => {
      const giveUp = () => settle(undefined);
      const timer = setTimeout(giveUp, waitMs);
      const stopWatching = watchJobs.watch(jobId, (look) => {
        if (!look || look.isOver) settle(look);
      });
      for (const ending of [signal, draining]) ending.addEventListener("abort", giveUp);
      if (signal.aborted || draining.aborted) giveUp();

      function settle(over: ShownJob | undefined): void {
        clearTimeout(timer);
        stopWatching();
        for (const ending of [signal, draining]) ending.removeEventListener("abort", giveUp);
        resolve(over);
      }
    });
  }
}
