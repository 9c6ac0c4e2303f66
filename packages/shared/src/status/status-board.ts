import { setTimeout } from "node:timers/promises";
import type { RedisClient } from "../queue/redis-client.ts";
import type { Progress } from "./progress.ts";

/** How long Redis keeps what a poll of a finished job needs. Also how old a lie can get that Redis was too broken to forget. */
const keptMs = 5 * 60_000;
/** A larger view is read from PostgreSQL each time: Redis is no place for results. */
const maxKeptBytes = 16 * 1024;
/** For so long after a failure nothing is asked, so that a Redis that hangs does not hold up every answer. */
const restMs = 1_000;
const progressKeptMs = 60 * 60_000;
const endedProgressKeptMs = 60_000;

/** Moves forward only: what was overtaken by a later revision changes nothing. */
const keepScript = `
local kept = redis.call('GET', KEYS[1])
if kept and tonumber(ARGV[1]) <= tonumber(string.match(kept, '^%d+')) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
return 1`;

/** The view of a job that is over, as the JSON text that is answered. */
export type KeptView = { jobId: string; tenant: string; revision: number; text: string };

/** One run of a job's handler: a claim gives it its delivery number. */
export type Run = { jobId: string; delivery: number };

/**
 * What Redis holds of jobs beside their queue: the bell, what running handlers report, and the views of finished jobs that
 * are asked for again. PostgreSQL has the truth. Nothing here rejects: while Redis is away, nothing is known and nothing
 * is told.
 */
export type StatusBoard = {
  /** Tells all who watch one of these jobs to look again: something about it was committed. */
  ring(jobIds: readonly string[]): Promise<void>;

  /** Shows how far a run is, and rings. */
  publishProgress(run: Run, progress: Progress): Promise<void>;
  /** Nobody will ask for long any more. */
  endProgress(jobId: string): Promise<void>;
  /** What each of these runs reported last, as JSON text; nothing of a run before it. */
  readProgress(runs: readonly Run[]): Promise<(string | undefined)[]>;

  /** Keeps the view of a job that is over, unless the job has moved on. */
  keepView(view: KeptView): Promise<void>;
  findViews(jobIds: readonly string[]): Promise<(KeptView | undefined)[]>;
  /**
   * Drops a view, and refuses it from now on, because the job gets this newer revision. To be called before that is
   * committed, so that no crash in between leaves it behind. Keeps trying while Redis is away.
   */
  forget(jobId: string, revision: number): Promise<void>;
};

/** Where jobs are named, apart by spaces, whenever something about them was committed. */
export function bellChannel(namespace: string): string {
  return `${namespace}:bell`;
}

export function createStatusBoard(
  redis: RedisClient,
  namespace: string,
  onError: (error: unknown) => void,
): StatusBoard {
  // The braces keep what is asked for together in one slot of a Redis Cluster.
  const viewKey = (jobId: string) => `{${namespace}:view}:${jobId}`;
  const progressKey = (jobId: string) => `{${namespace}:progress}:${jobId}`;
  let restingUntil = 0;

  async function tell(command: () => Promise<unknown>): Promise<boolean> {
    try {
      await command();
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  }

  async function ask(keys: readonly string[]): Promise<(string | null)[]> {
    if (keys.length === 0 || performance.now() < restingUntil) return [];
    try {
      return await redis.mget(...keys);
    } catch (error) {
      restingUntil = performance.now() + restMs;
      onError(error);
      return [];
    }
  }

  function store(jobId: string, revision: number, rest: string): Promise<boolean> {
    return tell(() => redis.eval(keepScript, 1, viewKey(jobId), revision, rest, keptMs));
  }

  /** Until the view would be gone by itself. */
  async function forgetLater(jobId: string, revision: number): Promise<void> {
    const deadline = performance.now() + keptMs;
    do await setTimeout(restMs, undefined, { ref: false });
    while (performance.now() < deadline && !(await store(jobId, revision, "")));
  }

  return {
    async ring(jobIds) {
      if (jobIds.length > 0) await tell(() => redis.publish(bellChannel(namespace), jobIds.join(" ")));
    },

    async publishProgress({ jobId, delivery }, progress) {
      const text = `${delivery}\n${JSON.stringify(progress)}`;
      await tell(() =>
        redis
          .pipeline()
          .set(progressKey(jobId), text, "PX", progressKeptMs)
          .publish(bellChannel(namespace), jobId)
          .exec(),
      );
    },
    async endProgress(jobId) {
      await tell(() => redis.pexpire(progressKey(jobId), endedProgressKeptMs));
    },
    async readProgress(runs) {
      const texts = await ask(runs.map(({ jobId }) => progressKey(jobId)));
      return runs.map(({ delivery }, at) => {
        const [of, text] = texts[at]?.split("\n", 2) ?? [];
        return of === String(delivery) ? text : undefined;
      });
    },

    async keepView({ jobId, tenant, revision, text }) {
      if (Buffer.byteLength(text) <= maxKeptBytes) await store(jobId, revision, ` ${tenant}\n${text}`);
    },
    async findViews(jobIds) {
      const texts = await ask(jobIds.map(viewKey));
      return jobIds.map((jobId, at) => parseView(jobId, texts[at]));
    },
    async forget(jobId, revision) {
      if (!(await store(jobId, revision, ""))) void forgetLater(jobId, revision);
    },
  };
}

/** A forgotten view has a revision and nothing else. */
function parseView(jobId: string, kept: string | null | undefined): KeptView | undefined {
  const end = kept?.indexOf("\n") ?? -1;
  if (!kept || end < 0) return undefined;
  const space = kept.indexOf(" ");
  return {
    jobId,
    revision: Number(kept.slice(0, space)),
    tenant: kept.slice(space + 1, end),
    text: kept.slice(end + 1),
  };
}
