import { z } from "zod";
import { defineRoute, jsonBody, type Route } from "../http/route.ts";
import type { createChangeQueue } from "../services/change-queue.ts";
import { queueViewSchema, rateLimitSchema } from "../services/queue-view.ts";
import { assertQueue, type createReadQueues } from "../services/read-queues.ts";

export type QueueRoutesDeps = {
  readQueues: ReturnType<typeof createReadQueues>;
  changeQueue: ReturnType<typeof createChangeQueue>;
};

const params = z.object({
  name: z
    .string()
    .describe("A kind of job, or `imports`.")
    .meta({ examples: ["urls.fetch"] }),
});

const changesSchema = z.strictObject({
  concurrency: z.int().min(1).max(1_000_000).nullable().optional().describe("Null for no limit."),
  rateLimit: rateLimitSchema.nullable().optional().describe("Null for no limit."),
});

const theQueue = { 200: { description: "The queue.", schema: queueViewSchema } } as const;

/** What waits in the queues, and how they are held back. */
export function createQueueRoutes({ readQueues, changeQueue }: QueueRoutesDeps): Route[] {
  async function answer(name: string) {
    assertQueue(name);
    const [queue] = await readQueues([name]);
    return { status: 200, body: queue! } as const;
  }

  const setPaused = (action: "pause" | "resume", summary: string, description: string) =>
    defineRoute({
      operationId: `${action}Queue`,
      method: "post",
      path: `/v1/queues/{name}/${action}`,
      tags: ["queues"],
      scope: "admin",
      summary,
      description,
      request: { params },
      responses: theQueue,
      errors: ["not_found", "unavailable"],
      async handler({ params: { name }, log }) {
        await changeQueue(name, { paused: action === "pause" }, log);
        return answer(name);
      },
    });

  return [
    defineRoute({
      operationId: "listQueues",
      method: "get",
      path: "/v1/queues",
      tags: ["queues"],
      scope: "admin",
      summary: "List the queues",
      description: "One for imports, and one for each kind of job.",
      responses: {
        200: {
          description: "All queues.",
          schema: z.object({ items: z.array(queueViewSchema), nextCursor: z.null() }),
        },
      },
      errors: ["unavailable"],
      handler: async () => ({ status: 200, body: { items: await readQueues(), nextCursor: null } }),
    }),
    defineRoute({
      operationId: "getQueue",
      method: "get",
      path: "/v1/queues/{name}",
      tags: ["queues"],
      scope: "admin",
      summary: "Read a queue",
      request: { params },
      responses: theQueue,
      errors: ["not_found", "unavailable"],
      handler: ({ params: { name } }) => answer(name),
    }),
    setPaused("pause", "Pause a queue", "No worker starts anything of it any more; what runs goes on."),
    setPaused("resume", "Resume a queue", "What has waited meanwhile is started."),
    defineRoute({
      operationId: "changeQueue",
      method: "patch",
      path: "/v1/queues/{name}",
      tags: ["queues"],
      scope: "admin",
      summary: "Change a queue's limits",
      description:
        "They hold for all workers together, from now on. What is not sent stays. An import counts by its chunks.",
      request: {
        params,
        body: jsonBody(changesSchema, { example: { concurrency: 20, rateLimit: { max: 100, durationMs: 1_000 } } }),
      },
      responses: theQueue,
      errors: ["not_found", "unavailable"],
      async handler({ params: { name }, body, log }) {
        await changeQueue(name, body, log);
        return answer(name);
      },
    }),
  ];
}
