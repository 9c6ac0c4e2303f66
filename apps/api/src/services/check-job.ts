import type { JobContract, PayloadOf } from "@longshore/shared/jobs/define-job";
import { checkKind } from "@longshore/shared/jobs/check-kind";
import { urlsFetch } from "@longshore/shared/jobs/urls-fetch";
import type { AddressRule } from "@longshore/shared/net/address-rule";
import { jsonPointer } from "@longshore/shared/validation/json-pointer";
import { invalid } from "@longshore/shared/validation/validate";
import type { CheckWebhook } from "./check-webhook.ts";
import { findAddressProblem } from "./find-address-problem.ts";

type Described = { kind: string; payload?: unknown; options?: { webhook?: { url: string } | undefined } | undefined };

/** Throws `unknown_kind` and `validation_failed`, with pointers that start at `base`. */
export type CheckJob = (job: Described, base?: readonly string[]) => void;

export type CheckJobDeps = { checkWebhook: CheckWebhook; isAllowed: AddressRule };

/** Checks what the schema of a submission cannot know: its kind, the payload of that, and whether its URLs can be called. */
export function createCheckJob({ checkWebhook, isAllowed }: CheckJobDeps): CheckJob {
  return function checkJob(job, base = []) {
    checkKind(job, base);
    if (isOf(urlsFetch, job)) checkUrls(job.payload.urls, [...base, "payload", "urls"]);
    checkWebhook(job.options?.webhook?.url, [...base, "options", "webhook", "url"]);
  };

  function checkUrls(urls: readonly string[], path: readonly string[]): void {
    const errors = urls.flatMap((url, index) => {
      const message = findAddressProblem(url, isAllowed);
      return message ? [{ pointer: jsonPointer([...path, index]), code: "invalid_value", message }] : [];
    });
    if (errors.length > 0) throw invalid("validation_failed", errors);
  }
}

function isOf<Contract extends JobContract>(
  { kind }: Contract,
  job: Described,
): job is Described & { payload: PayloadOf<Contract> } {
  return job.kind === kind;
}
