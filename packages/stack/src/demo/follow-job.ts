import { setTimeout as delay } from "node:timers/promises";
import { isTerminal } from "@longshore/shared/status/job-state";
import { type JobView, jobViewSchema } from "@longshore/shared/status/job-view";
import type { Client } from "./create-client.ts";

const pollMs = 100;
/** An API that crashed is back sooner than this. */
const patienceMs = 60_000;

export type FollowOptions = { onView: (job: JobView) => void; signal: AbortSignal };

/** Polls a job until it is over, telling of every view on the way; bridges the restart of an API that crashed. */
export async function followJob(client: Client, path: string, options: FollowOptions): Promise<JobView> {
  const { onView, signal } = options;
  let lastSeenAt = Date.now();
  for (;;) {
    const job = await read(client, path, signal);
    if (job) {
      lastSeenAt = Date.now();
      onView(job);
      if (isTerminal(job.state)) return job;
    }
    if (Date.now() - lastSeenAt > patienceMs) throw new Error(`${path} has not answered for ${patienceMs / 1000} s.`);
    await delay(pollMs, undefined, { signal });
  }
}

async function read(client: Client, path: string, signal: AbortSignal): Promise<JobView | undefined> {
  try {
    const response = await client.fetch(path, { signal });
    return response.status === 200 ? jobViewSchema.parse(await response.json()) : undefined;
  } catch (error) {
    if (signal.aborted || !isConnectionError(error)) throw error;
    return undefined;
  }
}

/** What `fetch` throws when nobody listens, or the connection broke. */
function isConnectionError(error: unknown): boolean {
  return error instanceof TypeError;
}
