import { setTimeout } from "node:timers/promises";

/** What a peer process is told on its command line. */
export type PeerTask = {
  databaseUrl: string;
  redisUrl: string;
  jobs: number;
  /** How long it may take over them: what is slow is measured by what it did in that time. */
  limitMs: number;
  /** Whether it may use its mode for throughput instead of its defaults. */
  batched: boolean;
};

export function readTask(): PeerTask {
  return JSON.parse(process.argv[2]!) as PeerTask;
}

const warmUpMs = 1_000;

/**
 * Counts jobs, tells the rate on standard output, and ends the process. A tenth of them, or those of the first second, do not
 * count: in that time Node compiles what it will do a lot.
 */
export async function countDown(
  { jobs, limitMs }: PeerTask,
  start: (done: (count: number) => void) => Promise<unknown>,
): Promise<never> {
  let ended = 0;
  let lastAt = 0;
  const warm = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  await start((count) => {
    ended += count;
    lastAt = performance.now();
    if (ended >= jobs / 10) warm.resolve();
    if (ended >= jobs) all.resolve();
  });
  await Promise.race([warm.promise, setTimeout(warmUpMs)]);
  const uncounted = ended;
  const countedFrom = performance.now();
  await Promise.race([all.promise, setTimeout(limitMs)]);
  const seconds = ((ended < jobs ? performance.now() : lastAt) - countedFrom) / 1_000;
  process.stdout.write(`${JSON.stringify({ perSecond: (ended - uncounted) / seconds })}\n`);
  process.exit(0);
}
