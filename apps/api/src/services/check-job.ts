import { checkKind } from "@longshore/shared/jobs/check-kind";
import type { CheckWebhook } from "./check-webhook.ts";

type Described = { kind: string; payload?: unknown; options?: { webhook?: { url: string } | undefined } | undefined };

/** Throws `unknown_kind` and `validation_failed`, with pointers that start at `base`. */
export type CheckJob = (job: Described, base?: readonly string[]) => void;

/** Checks what the schema of a submission cannot know: its kind, the payload of that, and whether its webhook can be called. */
export function createCheckJob(checkWebhook: CheckWebhook): CheckJob {
  return function checkJob(job, base = []) {
    checkKind(job, base);
    checkWebhook(job.options?.webhook?.url, [...base, "options", "webhook", "url"]);
  };
}
