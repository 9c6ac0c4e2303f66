import type { Registry } from "prom-client";
import { defineRoute, type Route } from "../http/route.ts";

/** What a scraper reads. It tells of all tenants together, so it takes the key of an operator. */
export function createMetricsRoutes(registry: Registry): Route[] {
  return [
    defineRoute({
      operationId: "getMetrics",
      method: "get",
      path: "/metrics",
      tags: ["system"],
      scope: "admin",
      summary: "Read the metrics of this process",
      description:
        "In Prometheus' text format. With `METRICS_PORT` they are also served on a port of their own, without a key.",
      responses: {
        200: {
          description: "The metrics.",
          contentTypes: ["text/plain"],
          examples: { "text/plain": "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1.27\n" },
        },
      },
      handler: async () => ({
        status: 200,
        headers: { "Content-Type": registry.contentType },
        body: await registry.metrics(),
      }),
    }),
  ];
}
