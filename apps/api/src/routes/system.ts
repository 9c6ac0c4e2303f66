import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { defineRoute, type Route } from "../http/route.ts";

const checkTimeoutMs = 1_000;

/** Rejects when a dependency is down. */
type Check = () => Promise<void>;

export type SystemRoutesDeps = {
  /** What no request can be served without, by name. */
  checks: Readonly<Record<string, Check>>;
  /** What requests are accepted without: named in the answers, but it does not decide readiness. */
  optionalChecks?: Readonly<Record<string, Check>>;
  isDraining: () => boolean;
};

const healthy = {
  status: "ok",
  dependencies: {
    postgres: { status: "up", required: true, latencyMs: 0.84 },
    redis: { status: "up", required: false, latencyMs: 0.21 },
  },
};
const unhealthy = {
  status: "unavailable",
  dependencies: {
    postgres: { status: "down", required: true, latencyMs: 3.1, reason: "ECONNREFUSED" },
    redis: { status: "up", required: false, latencyMs: 0.21 },
  },
};

const dependencySchema = z
  .object({
    status: z.enum(["up", "down"]),
    required: z.boolean().describe("Whether requests need it."),
    latencyMs: z.number(),
    reason: z.string().optional().describe("Why it is down: `timeout`, an error code, or `error`."),
  })
  .meta({ id: "Dependency" });

const healthSchema = z
  .object({
    status: z.enum(["ok", "degraded", "unavailable", "draining"]),
    dependencies: z.record(z.string(), dependencySchema),
  })
  .meta({ id: "Health", examples: [healthy] });

type Dependency = z.infer<typeof dependencySchema>;
type Health = z.infer<typeof healthSchema>;

const probe = { method: "get", tags: ["system"], scope: "public" } as const;

/** Liveness, readiness and health. Each check has one second; probes that arrive together share one round of checks. */
export function createSystemRoutes({ checks, optionalChecks = {}, isDraining }: SystemRoutesDeps): Route[] {
  const readHealth = shareWhileRunning(async (): Promise<Health> => {
    const all = [...withNeed(checks, true), ...withNeed(optionalChecks, false)];
    const dependencies = Object.fromEntries(await Promise.all(all));
    return { status: isDraining() ? "draining" : summarize(Object.values(dependencies)), dependencies };
  });

  return [
    defineRoute({
      ...probe,
      operationId: "getLiveness",
      path: "/livez",
      summary: "Tell whether the process runs",
      description: "Touches no dependency: restarting this process would not bring one back.",
      responses: { 200: { description: "It runs.", schema: z.object({ status: z.literal("ok") }) } },
      handler: () => ({ status: 200, body: { status: "ok" } }),
    }),
    defineRoute({
      ...probe,
      operationId: "getReadiness",
      path: "/readyz",
      summary: "Tell whether to send requests here",
      responses: {
        200: { description: "Send requests.", schema: healthSchema },
        503: {
          description: "Send none: a required dependency is down, or this process is shutting down.",
          schema: healthSchema,
          example: unhealthy,
        },
      },
      async handler() {
        const body = await readHealth();
        return { status: body.status === "unavailable" || body.status === "draining" ? 503 : 200, body };
      },
    }),
    defineRoute({
      ...probe,
      operationId: "getHealth",
      path: "/health",
      summary: "Read the state and latency of each dependency",
      responses: {
        200: { description: "Every required dependency is up.", schema: healthSchema },
        503: { description: "A required dependency is down.", schema: healthSchema, example: unhealthy },
      },
      async handler() {
        const body = await readHealth();
        return { status: body.status === "unavailable" ? 503 : 200, body };
      },
    }),
  ];
}

function withNeed(
  checks: Readonly<Record<string, Check>>,
  required: boolean,
): Promise<readonly [string, Dependency]>[] {
  return Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check, required)] as const);
}

async function runCheck(check: Check, required: boolean): Promise<Dependency> {
  const startedAt = performance.now();
  const reason = await findReason(check);
  const latencyMs = Math.round((performance.now() - startedAt) * 100) / 100;
  return reason === undefined ? { status: "up", required, latencyMs } : { status: "down", required, latencyMs, reason };
}

/** A code rather than a message: these answers are public, and messages name hosts and ports. */
async function findReason(check: Check): Promise<string | undefined> {
  const finished = new AbortController();
  try {
    return (
      (await Promise.race([check(), setTimeout(checkTimeoutMs, "timeout", { signal: finished.signal })])) ?? undefined
    );
  } catch (error) {
    return (error as { code?: string }).code ?? "error";
  } finally {
    finished.abort();
  }
}

function summarize(dependencies: readonly Dependency[]): Health["status"] {
  const down = dependencies.filter(({ status }) => status === "down");
  if (down.some(({ required }) => required)) return "unavailable";
  return down.length > 0 ? "degraded" : "ok";
}

function shareWhileRunning<Value>(run: () => Promise<Value>): () => Promise<Value> {
  let running: Promise<Value> | undefined;
  return () => (running ??= run().finally(() => (running = undefined)));
}
