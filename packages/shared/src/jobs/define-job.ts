import type { z } from "zod";

/**
 * What a kind of job promises: its payload, its result and its defaults. The handler that keeps the promise lives in the
 * worker; the API's validation and documents follow from this object alone.
 */
export type JobContract<Payload extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> = {
  kind: string;
  summary: string;
  payload: Payload;
  result: Result;
  /** How often the handler may fail before the job does. */
  attempts: number;
  /** How long one attempt may take. */
  timeoutMs: number;
  /** How many jobs of this kind one worker process runs at once. */
  concurrency: number;
  /** How long to wait after a failure: from about `baseMs` up to `maxMs`, doubling. Half a second to 30 s unless given. */
  backoff?: { baseMs: number; maxMs: number };
  /**
   * Runs each handler in a thread of its own, so that work that keeps the processor busy holds up nothing else. Such a
   * handler has no database, see `ThreadContext` in the worker's `define-handler.ts`.
   */
  thread?: boolean;
  /** Submitted by Longshore itself, never by a client. */
  internal?: boolean;
  example: z.input<Payload>;
};

/** Declares a contract, keeping its schemas' types, and whether it runs in a thread. */
export function defineJob<Payload extends z.ZodType, Result extends z.ZodType, Thread extends boolean = false>(
  contract: JobContract<Payload, Result> & { thread?: Thread },
): JobContract<Payload, Result> & { thread?: Thread } {
  return contract;
}

export type PayloadOf<Contract extends JobContract> = z.output<Contract["payload"]>;
export type ResultOf<Contract extends JobContract> = z.input<Contract["result"]>;
