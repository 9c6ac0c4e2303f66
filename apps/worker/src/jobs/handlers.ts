import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { JobHandler } from "./define-handler.ts";
import { handleSleep } from "./sleep.ts";
import { handleUrlsFetch } from "./urls-fetch.ts";
import type { ThreadKind } from "./thread-handlers.ts";
import { handleUsersProcess } from "./users-process.ts";
import { createDeliverWebhook, type CountWebhook } from "./webhook-deliver.ts";

/** What handlers must be told that is not in their context. */
export type HandlerSettings = { webhookSecrets: readonly string[]; countWebhook: CountWebhook };

/**
 * The handler of every kind: a kind without one does not compile. Those of kinds that run in a thread are in
 * `thread-handlers.ts`.
 */
export function createHandlers({ webhookSecrets, countWebhook }: HandlerSettings): {
  [Kind in Exclude<keyof Contracts, ThreadKind>]: JobHandler<Contracts[Kind]>;
} {
  return {
    sleep: handleSleep,
    "urls.fetch": handleUrlsFetch,
    "users.process": handleUsersProcess,
    "webhook.deliver": createDeliverWebhook(webhookSecrets, countWebhook),
  };
}
