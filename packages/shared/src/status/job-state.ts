import { z } from "zod";

/** The states of a job, in the order a job can meet them. */
export const jobStateSchema = z.enum([
  "receiving",
  "scheduled",
  "queued",
  "running",
  "cancelling",
  "succeeded",
  "partially_succeeded",
  "failed",
  "cancelled",
  "expired",
]);

export type JobState = z.infer<typeof jobStateSchema>;

const terminalStates: ReadonlySet<JobState> = new Set([
  "succeeded",
  "partially_succeeded",
  "failed",
  "cancelled",
  "expired",
]);

/** Whether a job in this state is over: it stays so unless a client asks for a retry. */
export function isTerminal(state: JobState): boolean {
  return terminalStates.has(state);
}
