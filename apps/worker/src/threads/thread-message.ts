/** What is asked of a thread. */
export type ThreadTask = { kind: string; payload: unknown; jobId: string; attempt: number };

/** How a handler ended in a thread: errors of our own would come out of it as plain ones. */
export type ThreadOutcome =
  | { result: unknown }
  | { failure: { message: string; stack?: string | undefined } }
  | { unrecoverable: { message: string; code: string } }
  | { retryLater: { message: string; waitMs: number } }
  | { snooze: { message: string; delayMs: number } };

/** What a handler says in a thread while it runs. */
export type ThreadMessage = { jobId: string } & (
  | { progress: [done: number, total: number, unit: string] }
  | { log: [level: "debug" | "info" | "warn" | "error", message: string, fieldsAsJson: string | null] }
);
