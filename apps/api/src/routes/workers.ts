import { z } from "zod";
import { defineRoute, type Route } from "../http/route.ts";
import { workerViewSchema, type createListWorkers } from "../services/list-workers.ts";

export type WorkerRoutesDeps = { listWorkers: ReturnType<typeof createListWorkers> };

/** Who works. */
export function createWorkerRoutes({ listWorkers }: WorkerRoutesDeps): Route[] {
  return [
    defineRoute({
      operationId: "listWorkers",
      method: "get",
      path: "/v1/workers",
      tags: ["workers"],
      scope: "admin",
      summary: "List the live workers",
      description: "The longest running first. One that was killed is listed for a few seconds more.",
      responses: {
        200: {
          description: "All live workers.",
          schema: z.object({ items: z.array(workerViewSchema), nextCursor: z.null() }),
        },
      },
      errors: ["unavailable"],
      handler: async () => ({ status: 200, body: { items: await listWorkers(), nextCursor: null } }),
    }),
  ];
}
