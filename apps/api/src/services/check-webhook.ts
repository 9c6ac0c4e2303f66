import type { AddressRule } from "@longshore/shared/net/address-rule";
import { jsonPointer } from "@longshore/shared/validation/json-pointer";
import { invalid } from "@longshore/shared/validation/validate";
import { findAddressProblem } from "./find-address-problem.ts";

export type WebhookPolicy = {
  /** Whether there is a secret to sign with. */
  canSign: boolean;
  isAllowed: AddressRule;
};

export type CheckWebhook = (url: string | undefined, path: readonly string[]) => void;

/**
 * Refuses webhooks that could never be called: nobody would look for a word that was promised. What a name leads to is known
 * only when it is called. Throws `validation_failed`.
 */
export function createCheckWebhook(policy: WebhookPolicy): CheckWebhook {
  return function checkWebhook(url, path) {
    const problem = url === undefined ? undefined : findProblem(url, policy);
    if (problem)
      throw invalid("validation_failed", [{ pointer: jsonPointer(path), code: "invalid_value", message: problem }]);
  };
}

function findProblem(text: string, { canSign, isAllowed }: WebhookPolicy): string | undefined {
  if (!canSign) return "cannot be called: this service has no WEBHOOK_SECRET to sign with";
  return findAddressProblem(text, isAllowed);
}
