import { z } from "zod";
import { defineRoute, type Route } from "../http/route.ts";
import { deliverySchema, type createReadDeliveries } from "../services/read-deliveries.ts";
import { jobParams } from "./job-params.ts";

export type JobDeliveriesRoutesDeps = { readDeliveries: ReturnType<typeof createReadDeliveries> };

const deliveriesSchema = z
  .object({
    items: z.array(deliverySchema),
    nextCursor: z.string().nullable().describe("The `cursor` of the next page; null if there is none now."),
  })
  .meta({ id: "WebhookDeliveries" });

export function createJobDeliveriesRoutes({ readDeliveries }: JobDeliveriesRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "listDeliveries",
      method: "get",
      path: "/v1/jobs/{id}/deliveries",
      tags: ["jobs"],
      scope: "read",
      summary: "Read how a job's webhook was called",
      description: "In the order of the calls. Until one was answered with a status from 200 to 299, more may follow.",
      request: {
        params: jobParams,
        query: z.object({
          cursor: z
            .string()
            .regex(/^\d{1,15}$/, { error: "is no cursor of this list" })
            .transform(Number)
            .default(0)
            .describe("The `nextCursor` of the page before."),
          limit: z.coerce.number().int().min(1).max(200).default(50).describe("How many at most."),
        }),
      },
      responses: { 200: { description: "The calls.", schema: deliveriesSchema } },
      errors: ["not_found", "unavailable"],
      async handler({ params, query: { cursor: after, limit }, caller }) {
        return { status: 200, body: await readDeliveries(params.id, caller.tenant, { after, limit }) };
      },
    }),
  ];
}
