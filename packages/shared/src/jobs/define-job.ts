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
  example: z.input<Payload>;
};

/** Declares a contract, keeping its schemas' types. */
export function defineJob<Payload extends z.ZodType, Result extends z.ZodType>(
  contract: JobContract<Payload, Result>,
): JobContract<Payload, Result> {
  return contract;
}

export type PayloadOf<Contract extends JobContract> = z.output<Contract["payload"]>;
export type ResultOf<Contract extends JobContract> = z.input<Contract["result"]>;
