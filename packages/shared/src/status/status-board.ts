import type { Redis } from "ioredis";
import { isTerminal } from "./job-state.ts";
import type { JobView, Progress } from "./job-view.ts";

const keptMs = 60 * 60_000;
/** How long a running job's snapshot is believed: a worker that dies between its commit and this write leaves an old one. */
const freshMs = 1_000;

/** Moves a snapshot forward only: a write that was overtaken by a later revision changes nothing. */
const publishScript = `
local known = tonumber(redis.call('HGET', KEYS[1], 'revision') or '-1')
if tonumber(ARGV[1]) < known then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'view', ARGV[2], 'at', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

/** A committed state; `revision` grows with each. */
export type Snapshot = { view: JobView; revision: number };

/**
 * The live status of jobs in Redis: what was committed last, and what running handlers report in between. PostgreSQL has
 * the truth; the board saves reading it.
 */
export type StatusBoard = {
  /** Shows a committed state. Never rejects: a reader then finds the truth in PostgreSQL. */
  publish(snapshot: Snapshot): Promise<void>;
  /** Shows how far a running handler is. Never rejects. */
  publishProgress(jobId: string, progress: Progress): Promise<void>;
  /** The last snapshot, if there is one that can be believed. Rejects while Redis is away. */
  read(jobId: string): Promise<JobView | undefined>;
  /** What the running handler reported last. Rejects while Redis is away. */
  readProgress(jobId: string): Promise<Progress | null>;
};

export function createStatusBoard(redis: Redis, namespace: string, onError: (error: unknown) => void): StatusBoard {
  const statusKey = (jobId: string) => `${namespace}:status:${jobId}`;
  const progressKey = (jobId: string) => `${namespace}:progress:${jobId}`;

  return {
    async publish({ view, revision }) {
      try {
        await redis.eval(publishScript, 1, statusKey(view.id), revision, JSON.stringify(view), Date.now(), keptMs);
      } catch (error) {
        onError(error);
      }
    },
    async publishProgress(jobId, progress) {
      try {
        await redis.set(progressKey(jobId), JSON.stringify(progress), "PX", keptMs);
      } catch (error) {
        onError(error);
      }
    },
    async read(jobId) {
      const [text, at] = await redis.hmget(statusKey(jobId), "view", "at");
      if (!text) return undefined;
      const view = JSON.parse(text) as JobView;
      if (!isTerminal(view.state) && Date.now() - Number(at) > freshMs) return undefined;
      return view;
    },
    async readProgress(jobId) {
      const text = await redis.get(progressKey(jobId));
      return text ? (JSON.parse(text) as Progress) : null;
    },
  };
}
