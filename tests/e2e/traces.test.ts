import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { clientSpanId, startTracedStack, type TracedStack } from "./start-traced-stack.ts";

let stack: TracedStack;

function itGoesAllTheWay(): void {
  it("goes from the request to the attempt, in the logs of both", async () => {
    const { traceId, requestId, job } = await stack.submit("sleep", { durationMs: 200 });
    expect(await stack.untilLogged("api", traceId, "request completed")).toMatchObject({ requestId });
    expect(await stack.untilLogged("worker-1", traceId, "attempt ended")).toMatchObject({ requestId, jobId: job.id });
  });

  it("goes from the upload to its chunks, in the logs of both", async () => {
    const rows = "name,email\nAda,ada@example.com\n";
    const { traceId, requestId, job } = await stack.post("/v1/imports/users", "text/csv", rows);
    expect(await stack.untilLogged("api", traceId, "request completed")).toMatchObject({ requestId });
    expect(await stack.untilLogged("worker-1", traceId, "chunk settled")).toMatchObject({ requestId, jobId: job.id });
  });

  it("goes on to what a handler calls", async () => {
    const { traceId } = await stack.submit("urls.fetch", { urls: [`${stack.collector.url}/called`] });
    const call = await waitFor("the call", async () => stack.collector.calls.at(-1));
    expect(call).toMatch(new RegExp(`^00-${traceId}-(?!${clientSpanId})[0-9a-f]{16}-01$`));
  });
}

describe("a trace that is handed on", () => {
  beforeAll(async () => {
    stack = await startTracedStack({ exports: false });
  });
  afterAll(() => stack?.stop());

  itGoesAllTheWay();

  it("is sent nowhere", () => expect(stack.collector.spans).toEqual([]));
});

describe("a trace that is recorded", () => {
  beforeAll(async () => {
    stack = await startTracedStack({ exports: true });
  });
  afterAll(() => stack?.stop());

  itGoesAllTheWay();

  it("is one from the request over the attempt to SQL", async () => {
    const { rows } = await stack.database.pool.query<{ id: number }>(
      "insert into users (tenant, email, name) values ('default', 'grace@example.com', 'Grace') returning id",
    );
    const { traceId } = await stack.submit("users.process", { userId: rows[0]!.id });
    const request = await stack.untilExported(traceId, "POST /v1/jobs");
    const run = await stack.untilExported(traceId, "run users.process");
    const commit = await stack.untilExported(traceId, "COMMIT");
    expect(request).toMatchObject({ service: "longshore-api", parentSpanId: clientSpanId });
    expect(run).toMatchObject({ service: "longshore-worker", parentSpanId: request.spanId });
    expect(commit).toMatchObject({ service: "longshore-worker", parentSpanId: run.spanId });

    const partsOf = ({ spanId }: { spanId: string }) =>
      stack.collector.spans.filter(({ parentSpanId }) => parentSpanId === spanId).map(({ name }) => name);
    expect(partsOf(request)).toEqual(expect.arrayContaining(["INSERT", "run users.process"]));
    expect(partsOf(run)).toEqual(expect.arrayContaining(["SELECT", "BEGIN", "INSERT", "COMMIT"]));
  });

  it("has the statements of a chunk, and its COPY", async () => {
    const rows = "name,country,lat,lng\nVila,AD,42.5,1.6\n";
    const { traceId } = await stack.post("/v1/imports/cities", "text/csv", rows);
    const chunk = await stack.untilExported(traceId, "apply chunk");
    const copy = await stack.untilExported(traceId, "COPY");
    const upload = await stack.untilExported(traceId, "POST /v1/imports/{dataset}");
    expect([copy.parentSpanId, chunk.parentSpanId]).toEqual([chunk.spanId, upload.spanId]);
  });
});
