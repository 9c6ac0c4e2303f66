import { expect } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";

/** Sends what must be accepted, and answers its job. */
export async function postAccepted(url: string, type: string, body: string): Promise<JobView> {
  const response = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
  expect(response.status).toBe(202);
  return (await response.json()) as JobView;
}
