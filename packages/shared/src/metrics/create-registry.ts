import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** A registry with what every process tells of itself: its build, memory, processor time, and how late its event loop is. */
export function createRegistry({ app, version }: { app: string; version: string }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "longshore_build_info",
    help: "1, for the version that runs.",
    labelNames: ["app", "version", "node"],
    registers: [registry],
  }).set({ app, version, node: process.version }, 1);
  return registry;
}
