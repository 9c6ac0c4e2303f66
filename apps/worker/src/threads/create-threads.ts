import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Logger } from "@longshore/shared/logger";
import { RetryLaterError, SnoozeError, UnrecoverableError, type JobContext } from "../jobs/define-handler.ts";
import type { ThreadMessage, ThreadOutcome, ThreadTask } from "./thread-message.ts";

export type Threads = {
  /** Runs a kind's handler in a thread of its own. When the context's signal fires, the thread ends where it stands. */
  run(kind: string, payload: unknown, context: JobContext): Promise<unknown>;
  close(): Promise<void>;
};

const idleMs = 30_000;

/** A pool of up to `size` threads over a file that exports what `serveThread` makes. They start when there is work. */
export function createThreads(file: URL, size: number, log: Logger): Threads {
  const pool = new Piscina<ThreadTask, ThreadOutcome>({
    filename: fileURLToPath(file),
    minThreads: 0,
    maxThreads: Math.max(1, size),
    idleTimeout: idleMs,
    execArgv: file.pathname.endsWith(".ts") ? ["--conditions=@longshore/source"] : [],
  });
  pool.on("error", (error) => log.warn({ err: error }, "a thread failed between two tasks"));
  const running = new Map<string, JobContext>();

  pool.on("message", (message: ThreadMessage) => {
    const context = running.get(message.jobId);
    if (!context) return;
    if ("progress" in message) context.progress(...message.progress);
    else {
      const [level, text, fields] = message.log;
      context.log[level](text, fields === null ? undefined : (JSON.parse(fields) as Record<string, unknown>));
    }
  });

  return {
    async run(kind, payload, context) {
      const { jobId, attempt, signal } = context;
      running.set(jobId, context);
      try {
        return unwrap(await pool.run({ kind, payload, jobId, attempt }, { signal }));
      } finally {
        if (running.get(jobId) === context) running.delete(jobId);
      }
    },
    close: () => pool.destroy(),
  };
}

function unwrap(outcome: ThreadOutcome): unknown {
  if ("result" in outcome) return outcome.result;
  if ("unrecoverable" in outcome)
    throw new UnrecoverableError(outcome.unrecoverable.message, outcome.unrecoverable.code);
  if ("retryLater" in outcome) throw new RetryLaterError(outcome.retryLater.message, outcome.retryLater.waitMs);
  if ("snooze" in outcome) throw new SnoozeError(outcome.snooze.delayMs, outcome.snooze.message);
  throw Object.assign(new Error(outcome.failure.message), { stack: outcome.failure.stack });
}
