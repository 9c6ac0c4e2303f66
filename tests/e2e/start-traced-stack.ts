import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JobView } from "@longshore/shared/status/job-view";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startCollector, type CollectedSpan, type Collector } from "./start-collector.ts";
import { startStack } from "./start-stack.ts";

/** The span of the client, in each of its traces. */
export const clientSpanId = "b7ad6b7169203331";

type Line = { msg: string; requestId?: string; traceId?: string; jobId?: string };
type Traced = { traceId: string; requestId: string; job: JobView };

export type TracedStack = {
  database: TestDatabase;
  collector: Collector;
  /** Sends a request as part of a trace of its own. */
  post(path: string, type: string, body: string): Promise<Traced>;
  submit(kind: string, payload: unknown): Promise<Traced>;
  /** A line of a trace in the log of an app. */
  untilLogged(app: string, traceId: string, msg: string): Promise<Line>;
  untilExported(traceId: string, name: string): Promise<CollectedSpan>;
  stop(): Promise<void>;
};

let traces = 0;

/** A stack with one worker, and a collector that it exports its traces to, or does not know of. */
export async function startTracedStack({ exports }: { exports: boolean }): Promise<TracedStack> {
  const [database, collector] = await Promise.all([createTestDatabase(), startCollector()]);
  const stack = await startStack({
    env: {
      DATABASE_URL: database.url,
      LONGSHORE_DEMO: "0",
      WORKERS: "1",
      FETCH_ALLOW_PRIVATE: "127.0.0.0/8",
      OTEL_EXPORTER_OTLP_ENDPOINT: exports ? collector.url : "",
    },
  });

  async function post(path: string, type: string, body: string): Promise<Traced> {
    traces += 1;
    const traceId = `0af7651916cd43dd8448eb211c80${traces.toString(16).padStart(4, "0")}`;
    const requestId = `request-of-${traceId}`;
    const traceparent = `00-${traceId}-${clientSpanId}-01`;
    const headers = { "content-type": type, traceparent, "x-request-id": requestId };
    const response = await fetch(stack.url + path, { method: "POST", headers, body });
    if (response.status !== 202) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return { traceId, requestId, job: (await response.json()) as JobView };
  }

  function linesOf(app: string, traceId: string): Line[] {
    return readFileSync(join(stack.dataDir, "logs", `${app}.log`), "utf8")
      .split("\n")
      .filter((line) => line.includes(traceId))
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line.traceId === traceId);
  }

  return {
    database,
    collector,
    post,
    submit: (kind, payload) => post("/v1/jobs", "application/json", JSON.stringify({ kind, payload })),
    untilLogged: (app, traceId, msg) =>
      waitFor(`"${msg}" in the log of ${app}`, async () => linesOf(app, traceId).find((line) => line.msg === msg)),
    untilExported: (traceId, name) =>
      waitFor(`the span ${name}`, async () =>
        collector.spans.find((span) => span.traceId === traceId && span.name === name),
      ),
    async stop() {
      await stack.stop();
      await stack.remove();
      await Promise.all([database.close(), collector.close()]);
    },
  };
}
