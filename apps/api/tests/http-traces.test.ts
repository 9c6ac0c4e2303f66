import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { startFixture, type Fixture } from "./http-fixture.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

/** Sends a request, and answers what was logged of it. */
async function linesOf(path: string, headers: Record<string, string>) {
  const response = await fetch(fixture.url + path, { headers });
  await response.text().catch(() => {});
  const requestId = response.headers.get("x-request-id");
  const lines = () => fixture.logs.filter((line) => line.requestId === requestId);
  await waitFor("the request to be logged", async () => lines().some(({ status }) => status !== undefined));
  return lines();
}

describe("what is logged of a request", () => {
  it("has the trace that the request is part of, and so has each line on the way", async () => {
    const lines = await linesOf("/v1/failures/bug", { traceparent });
    expect(lines).toMatchObject([
      { msg: "request failed", traceId },
      { msg: "request completed", traceId },
    ]);
  });

  it.each([
    ["is missing", {}],
    ["is malformed", { traceparent: "00-nonsense-01" }],
    ["comes twice", { traceparent: `${traceparent}, ${traceparent}` }],
    ["is all zeros", { traceparent: `00-${"0".repeat(32)}-b7ad6b7169203331-01` }],
  ])("has a new trace where the header %s", async (_how, headers) => {
    const [one] = await linesOf("/v1/things/export?rows=1", headers);
    const [other] = await linesOf("/v1/things/export?rows=1", headers);
    for (const line of [one, other]) expect(line!.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(one!.traceId).not.toBe(other!.traceId);
    expect(one!.traceId).not.toBe(traceId);
  });
});

describe("the time that an answer took", () => {
  it.each(["/v1/things/export?rows=3", "/v1/endless", "/v1/nothing"])("is on the head of %s", async (path) => {
    const leaving = new AbortController();
    const { headers } = await fetch(fixture.url + path, { signal: leaving.signal });
    expect(headers.get("x-process-time")).toMatch(/^\d+\.\d\d$/);
    expect(headers.get("server-timing")).toBe(`total;dur=${headers.get("x-process-time")}`);
    leaving.abort();
  });
});
