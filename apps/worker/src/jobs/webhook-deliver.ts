import { sql } from "kysely";
import { Webhook } from "standardwebhooks";
import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { PayloadOf } from "@longshore/shared/jobs/define-job";
import type { WebhookMessage } from "@longshore/shared/jobs/webhook-message";
import type { Db } from "@longshore/shared/db/create-database";
import { FetchError } from "../net/fetch-error.ts";
import { parseRetryAfterMs } from "../net/parse-retry-after-ms.ts";
import { RefusedUrlError } from "../net/refused-url-error.ts";
import { RetryLaterError, UnrecoverableError, type JobHandler } from "./define-handler.ts";

type Ended = PayloadOf<Contracts["webhook.deliver"]>;

const timeoutMs = 10_000;

/** Told of each call: the class of the answer's status, or that there was no answer. */
export type CountWebhook = (result: string) => void;

/**
 * Makes the handler that calls webhooks, signed as https://www.standardwebhooks.com says. With several secrets a message has
 * a signature by each, so that receivers can go from one to the next.
 */
export function createDeliverWebhook(
  secrets: readonly string[],
  count: CountWebhook,
): JobHandler<Contracts["webhook.deliver"]> {
  const signers = secrets.map((secret) => new Webhook(secret));

  function sign(id: string, at: Date, body: string): Record<string, string> {
    return {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": signers.map((signer) => signer.sign(id, at, body)).join(" "),
    };
  }

  return async function deliverWebhook(ended, { jobId: eventId, fetch, db }) {
    if (signers.length === 0) throw new Error("This worker has no WEBHOOK_SECRET to sign with");
    const at = new Date();
    const body = JSON.stringify(toMessage(ended));
    const headers = { "content-type": "application/json", ...sign(eventId, at, body) };
    try {
      const options = { method: "POST", headers, body, timeoutMs, redirect: "manual", answerBody: "ignore" } as const;
      const answer = await fetch(ended.url, options);
      count(`${Math.floor(answer.status / 100)}xx`);
      await recordDelivery(db, ended, at, { status: answer.status, error: null });
      judge(answer.status, answer.headers["retry-after"]);
      return { status: answer.status };
    } catch (error) {
      if (error instanceof FetchError || error instanceof RefusedUrlError) {
        count("no_answer");
        await recordDelivery(db, ended, at, { status: null, error: error.message });
      }
      throw error;
    }
  };
}

/** Says little on purpose: who wants to know more asks for the job, and is told what is true by then. */
function toMessage({ jobId: id, kind, state, finishedAt }: Ended): WebhookMessage {
  return {
    type: `job.${state}`,
    timestamp: finishedAt,
    data: { id, kind, state, links: { self: `/v1/jobs/${id}` } },
  };
}

/** Throws unless the receiver took the message. A redirect is no receiver: what is signed goes where it was meant to. */
function judge(status: number, retryAfter: string | undefined): void {
  if (status >= 200 && status < 300) return;
  const message = `The receiver answered ${status}`;
  if (status === 410) throw new UnrecoverableError(`${message}: it wants no more`, "webhook_gone");
  const waitMs = status === 429 || status === 503 ? parseRetryAfterMs(retryAfter) : undefined;
  throw waitMs === undefined ? new Error(message) : new RetryLaterError(message, waitMs);
}

/** Leaves no trace where the job was removed meanwhile. */
async function recordDelivery(
  db: Db,
  { jobId, url }: Ended,
  at: Date,
  { status, error }: { status: number | null; error: string | null },
): Promise<void> {
  const durationMs = Date.now() - at.getTime();
  await sql`
    insert into webhook_deliveries (job_id, at, url, status, error, duration_ms)
    select id, ${at}, ${url}, ${status}::integer, ${error}, ${durationMs}
    from jobs where id = ${jobId} for key share`.execute(db);
}
