import { Counter, type Registry } from "prom-client";
import type { FlowMeter } from "../status/flow-meter.ts";

/** Counts what a flow meter is told of: the jobs that this process accepted, and those that it saw end. */
export function countFlow(registry: Registry, flow: FlowMeter): FlowMeter {
  const registers = [registry];
  const accepted = new Counter({
    name: "longshore_jobs_accepted_total",
    help: "Jobs that this process has committed.",
    labelNames: ["kind"],
    registers,
  });
  const ended = new Counter({
    name: "longshore_jobs_ended_total",
    help: "Jobs that this process has ended, by their last state.",
    labelNames: ["kind", "state"],
    registers,
  });

  return {
    ...flow,
    countIn(jobs) {
      for (const { kind } of jobs) accepted.inc({ kind });
      flow.countIn(jobs);
    },
    countOut(jobs) {
      for (const { kind, state } of jobs) ended.inc({ kind, state });
      flow.countOut(jobs);
    },
  };
}
