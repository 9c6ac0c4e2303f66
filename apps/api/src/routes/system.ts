import { z } from "zod";
import { defineRoute, type Route } from "../http/route.ts";

const checkTimeoutMs = 1_000;

type Check = () => Promise<void>;

export type SystemRoutesDeps = {
  /** Dependencies without which a request cannot be served, by name. A check rejects when its dependency is down. */
  checks: Readonly<Record<string, Check>>;
  /** Dependencies without which requests are still accepted: named in the answers, but they do not decide readiness. */
  optionalChecks?: Readonly<Record<string, Check>>;
  isDraining: () => boolean;
};

const dependencySchema = z
  .object({
    status: z.enum(["up", "down"]),
    required: z.boolean(),
    latencyMs: z.number(),
    error: z.string().optional(),
  })
  .meta({ id: "Dependency" });

const healthSchema = z
  .object({
    status: z.enum(["ok", "degraded", "draining", "unavailable"]),
    dependencies: z.record(z.string(), dependencySchema),
  })
  .meta({ id: "Health" });
