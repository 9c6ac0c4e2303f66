import type { Run } from "./run.ts";

/** What a worker has of a queue entry: over when each of its jobs is settled, handed back or not there to be run. */
export type Envelope = {
  id: string;
  /** How many jobs it holds. */
  jobs: number;
  /** Fires when the queue has given the entry to another worker. */
  lost: AbortSignal;
  /** Its jobs that run. */
  runs: Set<Run>;
  /** One of its jobs is dealt with. */
  done(): void;
  /** One of its jobs could not be dealt with: the entry must come again when the others are over. */
  fail(error: Error): void;
  over: Promise<void>;
};

export function openEnvelope(id: string, jobs: number, lost: AbortSignal): Envelope {
  const over = Promise.withResolvers<void>();
  const runs = new Set<Run>();
  let left = jobs;
  let failure: Error | undefined;

  lost.addEventListener("abort", () => {
    for (const run of runs) run.stop("lost");
  });

  function done(): void {
    left -= 1;
    if (left > 0) return;
    if (failure) over.reject(failure);
    else over.resolve();
  }

  return {
    id,
    jobs,
    lost,
    runs,
    done,
    fail(error) {
      failure ??= error;
      done();
    },
    over: over.promise,
  };
}
