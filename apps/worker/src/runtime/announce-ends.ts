import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database, JobRow } from "@longshore/shared/db/schema";
import { insertJobs } from "@longshore/shared/jobs/insert-jobs";
import { toEntries } from "@longshore/shared/jobs/to-entries";
import { toJobRow } from "@longshore/shared/jobs/to-job-row";
import type { Logger } from "@longshore/shared/logger";
import type { Producer } from "@longshore/shared/queue/create-producer";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import { startTicker, type Ticker } from "./start-ticker.ts";

export type AnnounceDeps = { db: Db; producer: Producer; flow: Pick<FlowMeter, "countIn">; log: Logger };

const page = 500;
const intervalMs = 500;

/** Announces ends twice a second, until closed. */
export function startAnnouncer(deps: AnnounceDeps): Ticker {
  async function run(closing: AbortSignal): Promise<void> {
    while ((await announceEnds(deps)) === page && !closing.aborted);
  }
  return startTicker({ name: "webhooks", intervalMs, run, log: deps.log });
}

/**
 * Makes a job that tells so for each that has ended and has a webhook: one for each end, however many processes look at the
 * same time. Answers how many; there are more if it is 500.
 */
export async function announceEnds({ db, producer, flow, log }: AnnounceDeps): Promise<number> {
  const deliveries = await db.transaction().execute(insertDeliveries);
  if (deliveries.length === 0) return 0;
  flow.countIn(deliveries);
  await producer.enqueue(toEntries(deliveries)).catch((error: unknown) => {
    log.warn({ err: error }, "the queue is away: the reconciler will enqueue these webhooks");
  });
  return deliveries.length;
}

async function insertDeliveries(trx: Transaction<Database>): Promise<JobRow[]> {
  const ended = await trx
    .selectFrom("jobs")
    .select(["id", "tenant", "kind", "state", "webhook", "finished_at", "request_id", "traceparent"])
    .where("webhook", "is not", null)
    .where("webhook_job_id", "is", null)
    .where("finished_at", "is not", null)
    .orderBy("finished_at")
    .limit(page)
    .forUpdate()
    .skipLocked()
    .execute();
  if (ended.length === 0) return [];

  const deliveries = ended.map(toDelivery);
  await insertJobs(trx, deliveries);
  await sql`
    update jobs set webhook_job_id = delivery.id
    from unnest(${ended.map(({ id }) => id)}::uuid[], ${deliveries.map(({ id }) => id)}::uuid[]) as delivery (ended, id)
    where jobs.id = delivery.ended`.execute(trx);
  return deliveries;
}

type Ended = Pick<
  JobRow,
  "id" | "tenant" | "kind" | "state" | "webhook" | "finished_at" | "request_id" | "traceparent"
>;

function toDelivery({ id: jobId, tenant, kind, state, webhook, finished_at, request_id, traceparent }: Ended): JobRow {
  const payload = { url: webhook!, jobId, kind, state, finishedAt: finished_at!.toISOString() };
  return { ...toJobRow({ kind: "webhook.deliver", payload }, { tenant, requestId: request_id }), traceparent };
}
