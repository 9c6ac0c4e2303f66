import { z } from "zod";
import type { Db } from "@longshore/shared/db/create-database";
import { requireJob } from "./require-job.ts";

const example = {
  at: "2026-11-21T10:30:04.512Z",
  url: "https://example.com/hooks/longshore",
  status: 204,
  error: null,
  durationMs: 38,
};

/** A call of a job's webhook. */
export const deliverySchema = z
  .object({
    at: z.iso.datetime(),
    url: z.string(),
    status: z.int().nullable().describe("What the receiver answered; null if it did not."),
    error: z.string().nullable().describe("Why there was no answer."),
    durationMs: z.int(),
  })
  .meta({ id: "WebhookDelivery", examples: [example] });

export type Delivery = z.infer<typeof deliverySchema>;

export type DeliveriesQuery = {
  /** Only calls with a larger number. */
  after: number;
  limit: number;
};

export type DeliveriesPage = { items: Delivery[]; nextCursor: string | null };

/** Reads how often a job's webhook was called and what it answered, in the order of the calls. Throws `not_found`. */
export function createReadDeliveries(db: Db) {
  return async function readDeliveries(jobId: string, tenant: string, page: DeliveriesQuery): Promise<DeliveriesPage> {
    await requireJob(db, jobId, tenant);

    const rows = await db
      .selectFrom("webhook_deliveries")
      .selectAll()
      .where("job_id", "=", jobId)
      .where("seq", ">", page.after)
      .orderBy("seq")
      .limit(page.limit + 1)
      .execute();
    const shown = rows.slice(0, page.limit);
    return {
      items: shown.map(({ at, url, status, error, duration_ms: durationMs }) => ({
        at: at.toISOString(),
        url,
        status,
        error,
        durationMs,
      })),
      nextCursor: rows.length > shown.length ? String(shown.at(-1)!.seq) : null,
    };
  };
}
