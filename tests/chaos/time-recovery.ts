import { waitFor } from "@longshore/shared/testing/wait-for";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import type { Ledger } from "./ledger.ts";
import { submitJob } from "./submit-job.ts";

const limitMs = 90_000;

/** How long after a fault a job takes that is submitted then, in milliseconds: everything that it needs works again. */
export async function timeRecovery({ url }: FaultStack, ledger: Ledger): Promise<number> {
  const start = performance.now();
  const job = await submitJob(url, { kind: "sleep", payload: { durationMs: 0 } });
  ledger.jobs.push(job);
  await waitFor(
    "a job after a fault to be done",
    async () => {
      const response = await fetch(url + job.links.self, { signal: AbortSignal.timeout(10_000) }).catch(
        () => undefined,
      );
      if (response?.status !== 200) return false;
      return isTerminal(((await response.json()) as JobView).state);
    },
    limitMs,
  );
  return performance.now() - start;
}
