import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { passTraces } from "@longshore/shared/tracing/pass-traces";
import { createWorkerMetrics } from "../metrics/create-worker-metrics.ts";
import type { ClaimedJob } from "./claim-rows.ts";
import type { Outcome } from "./settle-jobs.ts";
import { tellOfRun } from "./tell-of-run.ts";

const job = {
  id: "0199e7a0-0000-7000-8000-000000000000",
  kind: "test",
  request_id: "request",
  attempt: 1,
} as ClaimedJob;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const span = passTraces.start("run", { kind: "consumer", parent: `00-${traceId}-b7ad6b7169203331-01` });

let lines: unknown[];
beforeEach(() => {
  lines = [];
});

function tell(outcome: Outcome, durationMs: number, error?: Error): void {
  const log = pino({ level: "debug" }, { write: (line) => lines.push(JSON.parse(line)) });
  tellOfRun({ metrics: createWorkerMetrics(), log, plainLog: log }, { job, span, outcome, error, durationMs });
}

describe("a run that is over", () => {
  it.each([
    [99.9, 20],
    [100, 30],
  ])("after %d ms is logged at level %d: short ones are too many", (durationMs, level) => {
    tell({ state: "succeeded", result: "{}" }, durationMs);
    const ids = { jobId: job.id, kind: "test", requestId: "request", traceId, attempt: 2 };
    expect(lines).toMatchObject([{ ...ids, level, outcome: "succeeded", durationMs, msg: "attempt ended" }]);
  });

  it("with a failure is a warning, however short, and has what was thrown", () => {
    tell({ state: "queued", error: { code: "handler_failed", message: "no" } }, 1, new Error("no"));
    expect(lines).toMatchObject([
      { level: 40, traceId, outcome: "retried", err: { message: "no" }, msg: "attempt failed" },
    ]);
  });

  it.each<[Outcome, string]>([
    [{ state: "queued" }, "cut_off"],
    [{ state: "scheduled", afterMs: 1 }, "snoozed"],
    [{ state: "cancelled", error: { code: "cancelled", message: "" } }, "cancelled"],
    [{ state: "failed", error: { code: "handler_failed", message: "" } }, "failed"],
  ])("as %o is called %s", (outcome, name) => {
    tell(outcome, 1_000);
    expect(lines).toMatchObject([{ outcome: name }]);
  });
});
