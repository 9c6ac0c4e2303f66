import { setTimeout } from "node:timers/promises";
import { Job, Worker, type JobJson } from "bullmq";
import type { Logger } from "@longshore/shared/logger";
import { queuePrefix } from "@longshore/shared/queue/names";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import type { WorkerMetrics } from "../metrics/create-worker-metrics.ts";
import { backoffMs } from "./backoff.ts";
import { createPause } from "./create-pause.ts";
import { holdLocks } from "./hold-locks.ts";

export type QueueOptions = {
  redis: RedisClient;
  namespace: string;
  /** How long a worker may be silent before its entries go to another one. */
  lockDurationMs: number;
  metrics: WorkerMetrics;
  log: Logger;
};

export type ConsumeEntriesOptions<Data> = QueueOptions & {
  queue: string;
  /** Whether another entry may be fetched when so many are on their way already. Asked again after `wake`. */
  hasRoom: (coming: number) => boolean;
  /**
   * Deals with an entry, which is over when this resolves and comes again when it rejects. `lost` fires when the queue has
   * given the entry to another worker.
   */
  process: (entry: { id: string; data: Data }, lost: AbortSignal) => Promise<void>;
  /** How long to wait for an entry before the queue is asked again, should a signal of BullMQ's be lost. */
  idleMs?: number;
};

export type EntryConsumer = {
  wake(): void;
  /** False when the queue has not been asked for long, although it is there and there is room. */
  isFetching(): boolean;
  /** Fetches no more; resolves when what was fetched is dealt with. */
  close(): Promise<void>;
};

/** A consumer whose room is a number of slots. */
export type SlottedConsumer = EntryConsumer & { queue: string; slots: number; readonly used: number };

const restMs = 500;
const stuckMs = 60_000;
const stopWithinMs = 1_000;

/**
 * Fetches a queue's entries while there is room. BullMQ's own loop fetches by the number of entries, but room here is for
 * the jobs in them; so this is a loop of ours over the same scripts
 * (https://docs.bullmq.io/patterns/manually-fetching-jobs). An entry is tried without end: attempts and poison are counted
 * in our tables.
 */
export function consumeEntries<Data>(options: ConsumeEntriesOptions<Data>): EntryConsumer {
  const { redis, namespace, queue, lockDurationMs, metrics, log, hasRoom, process, idleMs = 2_000 } = options;
  const worker = new Worker<Data, void>(queue, null, {
    connection: redis,
    prefix: queuePrefix(namespace, queue),
    lockDuration: lockDurationMs,
    stalledInterval: lockDurationMs / 2,
    maxStalledCount: 1_000_000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    settings: { backoffStrategy: (attempts) => backoffMs(attempts) },
  });
  worker.on("error", (error) => log.warn({ err: error, queue }, "queue worker"));
  worker.on("stalled", (entry) => {
    metrics.takenOver.inc({ queue });
    log.warn({ queue, entry }, "entry taken over from a lost worker");
  });
  void worker.startStalledCheckTimer();
  const backend = worker.getBackend();
  const pause = createPause({ queue, log });
  const locks = holdLocks(worker, { lockDurationMs, metrics, log });

  const closing = new AbortController();
  const processing = new Set<Promise<void>>();
  const handling = new Set<Promise<unknown>>();
  let woken = Promise.withResolvers<void>();
  let turnedAt = performance.now();
  let tokens = 0;
  let coming = 0;
  let completions = 0;

  const mayFetch = () => hasRoom(coming) && pause.leftMs() === 0 && !closing.signal.aborted;
  const newToken = () => `${worker.id}:${(tokens += 1)}`;

  function wake(): void {
    woken.resolve();
    woken = Promise.withResolvers();
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      turnedAt = performance.now();
      if (pause.leftMs() > 0) await sleep(pause.leftMs());
      else if (!hasRoom(coming)) await woken.promise;
      else await fetchOrWait().catch(rest);
    }
  }

  async function rest(error: unknown): Promise<void> {
    if (closing.signal.aborted) return;
    log.warn({ err: error, queue }, "fetching failed, will try again");
    await sleep(restMs);
  }

  async function fetchOrWait(): Promise<void> {
    const token = newToken();
    const completionsBefore = completions;
    const { found, limitedForMs, delayedUntil } = await take(token, () => backend.moveToActive(token));
    if (found) return;
    if (limitedForMs > 0) return sleep(Math.min(limitedForMs, idleMs));
    // A queue that was at its limit may not be since then, and nobody would say so.
    if (completions !== completionsBefore) return;
    const waitMs = delayedUntil > 0 ? Math.min(delayedUntil - Date.now(), idleMs) : idleMs;
    if (waitMs <= 0) return;
    await backend.waitForJob(Math.max(waitMs, 2) / 1_000);
    if (!mayFetch()) await passOn();
  }

  /** Only one worker hears of a new entry. If that one cannot take it any more, another one that waits has to hear of it. */
  async function passOn(): Promise<void> {
    await redis.zadd(worker.toKey("marker"), 0, "0");
  }

  /** Starts on the entry that a command answers, if it does. */
  async function take(token: string, command: () => Promise<unknown>) {
    coming += 1;
    try {
      const [data, id, limitedForMs = 0, delayedUntil = 0] = (await command()) as Fetched;
      if (data) start(Job.fromJSON<Data, void>(worker, data, id), token);
      return { found: Boolean(data), limitedForMs, delayedUntil };
    } finally {
      coming -= 1;
      wake();
    }
  }

  function start(entry: Job<Data, void>, token: string): void {
    const done = deal(entry, token)
      .catch((error: unknown) => log.warn({ err: error, queue, entry: entry.id }, "entry may come again"))
      .finally(() => processing.delete(done));
    processing.add(done);
  }

  async function deal(entry: Job<Data, void>, token: string): Promise<void> {
    const lock = locks.hold(entry.id!, token);
    const failure = await handle(entry, lock.lost);
    lock.release();
    pause.note(failure);
    if (lock.lost.aborted) return;
    if (failure) {
      await entry.moveToFailed(failure, token);
      throw failure;
    }
    completions += 1;
    if (mayFetch()) await take(token, () => entry.moveToCompleted(undefined, token, true));
    else await entry.moveToCompleted(undefined, token, false);
  }

  async function handle({ id, data }: Job<Data, void>, lost: AbortSignal): Promise<Error | undefined> {
    const handled = process({ id: id!, data }, lost).then(
      () => undefined,
      (error: Error) => error,
    );
    handling.add(handled);
    return handled.finally(() => handling.delete(handled));
  }

  async function sleep(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: closing.signal }).catch(() => {});
  }

  const running = run();
  return {
    wake,
    isFetching: () => !hasRoom(coming) || redis.status !== "ready" || performance.now() - turnedAt < stuckMs,
    async close() {
      closing.abort();
      wake();
      // While Redis is away no command comes to an end: there is nothing to fetch, and an entry that could not be acknowledged
      // comes again and finds its jobs settled.
      void backend.disconnectBlocking().catch(() => {});
      await Promise.race([running, setTimeout(stopWithinMs, undefined, { ref: false })]);
      while (handling.size > 0) await Promise.all(handling);
      await Promise.race([Promise.all(processing), setTimeout(stopWithinMs, undefined, { ref: false })]);
      locks.close();
      await worker.close(true);
    },
  };
}

/** What BullMQ's scripts answer: an entry, or why there is none. */
type Fetched = [data?: JobJson | null, id?: string, limitedForMs?: number, delayedUntil?: number];
