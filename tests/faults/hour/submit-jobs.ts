import { randomUUID } from "node:crypto";
import type { JobView } from "@longshore/shared/status/job-view";
import type { Sender } from "./create-sender.ts";
import { sleep, type Submission } from "./mix-jobs.ts";

const newKey = () => ({ "idempotency-key": randomUUID() });

/** Submits jobs under an idempotency key; answers them. */
export async function submitBatch({ send }: Sender, batch: readonly Submission[]): Promise<JobView[]> {
  const { items } = await send<{ items: { job: JobView }[] }>("POST", "/v1/jobs/batch", batch, newKey());
  return items.map(({ job }) => job);
}

/** Submits a job twice under the same idempotency key. */
export async function submitTwice({ send }: Sender): Promise<void> {
  const headers = newKey();
  await send("POST", "/v1/jobs", sleep(), headers);
  await send("POST", "/v1/jobs", sleep(), headers);
}

/** Submits a job for tomorrow, and cancels it. */
export async function submitAndCancel({ send }: Sender): Promise<void> {
  const { links } = await send<JobView>("POST", "/v1/jobs", sleep({ delayMs: 86_400_000 }));
  await send("POST", `${links.self}/cancel`);
}
