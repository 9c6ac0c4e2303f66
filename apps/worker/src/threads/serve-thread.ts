import { parentPort } from "node:worker_threads";
import {
  RetryLaterError,
  SnoozeError,
  UnrecoverableError,
  type JobLog,
  type ThreadContext,
} from "../jobs/define-handler.ts";
import { shapeLogLine } from "../runtime/shape-log-line.ts";
import type { ThreadMessage, ThreadOutcome, ThreadTask } from "./thread-message.ts";

type Handlers = Record<string, (payload: never, context: ThreadContext) => Promise<unknown>>;

/** Makes the function that a thread of the pool runs: one task after the other, by the handler of its kind. */
export function serveThread(handlers: Handlers): (task: ThreadTask) => Promise<ThreadOutcome> {
  return async function runTask({ kind, payload, jobId, attempt }) {
    const handler = handlers[kind];
    if (!handler) throw new Error(`No handler of ${kind} is meant for a thread`);
    try {
      return { result: await handler(payload as never, createContext(jobId, attempt)) };
    } catch (error) {
      return toOutcome(error);
    }
  };
}

function createContext(jobId: string, attempt: number): ThreadContext {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows of a browser
  const say = (message: ThreadMessage) => parentPort?.postMessage(message);
  const write =
    (level: keyof JobLog): JobLog[keyof JobLog] =>
    (message, fields) => {
      // What a handler logs may be of any kind, and not all of that can be sent.
      const line = shapeLogLine(message, fields);
      say({ jobId, log: [level, line.message, line.fields] });
    };
  return {
    jobId,
    attempt,
    log: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    progress: (...progress) => say({ jobId, progress }),
  };
}

function toOutcome(error: unknown): ThreadOutcome {
  if (!(error instanceof Error)) return { failure: { message: String(error) } };
  const { message, stack } = error;
  if (error instanceof UnrecoverableError) return { unrecoverable: { message, code: error.code } };
  if (error instanceof RetryLaterError) return { retryLater: { message, waitMs: error.waitMs } };
  if (error instanceof SnoozeError) return { snooze: { message, delayMs: error.delayMs } };
  return { failure: { message, stack } };
}
