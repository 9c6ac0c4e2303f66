import { setTimeout } from "node:timers/promises";
import type { Logger } from "@longshore/shared/logger";
import type { Look, LookAtJob } from "./look-at-job.ts";
import { formatCursor, type StreamCursor } from "./stream-cursor.ts";
import type { TailLogs } from "./tail-logs.ts";
import type { WatchJobs } from "./watch-jobs.ts";
import { noSuchJob } from "./no-such-job.ts";

export type FollowJobDeps = { lookAtJob: LookAtJob; watchJobs: WatchJobs; tailLogs: TailLogs; log: Logger };

/** `data` is JSON text. */
export type Frame = { id: string; event: "state" | "progress" | "log" | "end"; data: string };

/** A client's end of a stream. */
export type Client = {
  isOpen(): boolean;
  send(frame: Frame): void;
  /** Resolves when the client has taken what was sent, or is gone. Undefined when it has already. */
  catchUp(): Promise<void> | undefined;
  /** There is nothing more to send. */
  end(): void;
  onClose(listener: () => void): void;
};

export type Following = {
  /** The client has seen all there will ever be. */
  isSeen: boolean;
  sendTo(client: Client): void;
};

const retryMs = 1_000;
const fromTheStart: StreamCursor = { version: 0, log: 0, ended: false };

/**
 * Streams a job to a client: its state, its progress, its log, its end, as they are committed and from where the client's
 * cursor says. A client that is slow gets the newest state, and every log line. Throws `not_found`.
 */
export function createFollowJob({ lookAtJob, watchJobs, tailLogs, log }: FollowJobDeps) {
  return async function followJob(jobId: string, tenant: string, cursor?: StreamCursor): Promise<Following> {
    const first = await lookAtJob(jobId);
    if (first?.tenant !== tenant) throw noSuchJob(jobId);
    // What is ahead of the job is no cursor of this one.
    const seen = cursor && cursor.version <= first.version ? cursor : fromTheStart;
    return {
      isSeen: seen.ended && first.isOver && seen.version === first.version,
      sendTo: (client) => stream(first, { ...seen, ended: false }, client),
    };
  };

  function stream(first: Look, seen: StreamCursor, client: Client): void {
    let newest: Look | undefined = first;
    let shownProgress: string | null = null;
    let showing = false;
    const stopWatching = watchJobs.watch(first.jobId, (look) => {
      newest = look;
      if (look) void showNewest();
      else client.end();
    });
    client.onClose(stopWatching);
    void showNewest();

    async function showNewest(): Promise<void> {
      if (showing) return;
      showing = true;
      while (newest && client.isOpen()) {
        const look = newest;
        newest = undefined;
        try {
          await show(look);
        } catch (error) {
          // The database is away. What was sent is known, so the rest can be sent later.
          log.debug({ err: error, jobId: look.jobId }, "the log of a job that is followed could not be read");
          await setTimeout(retryMs);
          newest ??= look;
        }
      }
      showing = false;
    }

    async function show(look: Look): Promise<void> {
      // One that was read before the first one, and told after it.
      if (look.version < seen.version) return;
      if (look.version > seen.version) {
        seen.version = look.version;
        await send("state", look.text);
      }
      if (look.progress !== null && look.progress !== shownProgress) {
        shownProgress = look.progress;
        await send("progress", look.progress);
      }
      while (seen.log < look.lastLog && client.isOpen()) {
        const lines = await tailLogs({ jobId: look.jobId, after: seen.log });
        if (lines.length === 0) break;
        for (const line of lines) {
          seen.log = line.seq;
          await send("log", line.text);
        }
      }
      if (look.isOver && client.isOpen()) {
        seen.ended = true;
        await send("end", look.text);
        client.end();
      }
    }

    async function send(event: Frame["event"], data: string): Promise<void> {
      client.send({ id: formatCursor(seen), event, data });
      await client.catchUp();
    }
  }
}
