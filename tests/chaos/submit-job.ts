import { randomUUID } from "node:crypto";
import type { JobView } from "@longshore/shared/status/job-view";
import { acknowledge } from "./acknowledge.ts";

export type Submission = { kind: string; payload: object; options?: object };

/** Submits a job until it is acknowledged, and answers what a 202 said of it. Throws what no repetition would change. */
export function submitJob(url: string, submission: Submission): Promise<JobView> {
  const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
  return acknowledge(JSON.stringify(submission), async () => {
    const response = await fetch(`${url}/v1/jobs`, {
      method: "POST",
      headers,
      body: JSON.stringify(submission),
      signal: AbortSignal.timeout(15_000),
    }).catch(() => undefined);
    const body = await response?.text().catch(() => undefined);
    if (!response || body === undefined || response.status >= 500 || response.status === 409) return undefined;
    if (response.status !== 202) throw new Error(`${JSON.stringify(submission)} was answered with ${body}`);
    return JSON.parse(body) as JobView;
  });
}
