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

/** Counts jobs from the first start to the last end, tells the rate on standard output, and ends the process. */
export async function countDown(
  { jobs, limitMs }: PeerTask,
  start: (done: (count: number) => void) => Promise<unknown>,
): Promise<never> {
  let ended = 0;
  let lastAt = 0;
  const all = Promise.withResolvers<void>();
  const startedAt = performance.now();
  await start((count) => {
    ended += count;
    lastAt = performance.now();
    if (ended >= jobs) all.resolve();
  });
  await Promise.race([all.promise, setTimeout(limitMs)]);
  const seconds = ((ended < jobs ? performance.now() : lastAt) - startedAt) / 1_000;
  process.stdout.write(`${JSON.stringify({ perSecond: ended / seconds })}\n`);
  process.exit(0);
}
