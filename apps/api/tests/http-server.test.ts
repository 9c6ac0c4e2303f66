import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import express from "express";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { z } from "zod";
import { listen } from "../src/http/http-server.ts";
import { defineRoute } from "../src/http/route.ts";
import { openRaw, startFixture, thingId, type Fixture, type Json } from "./http-fixture.ts";

let fixture: Fixture;
let held: { arrived: PromiseWithResolvers<void>; release: PromiseWithResolvers<void> };
afterEach(() => fixture.close());

/** A server with a route that answers when `held.release` resolves. */
async function start(
  closeTimeoutMs: number,
  options: { maxConnections?: number; headersTimeoutMs?: number } = {},
): Promise<void> {
  held = { arrived: Promise.withResolvers(), release: Promise.withResolvers() };
  const route = defineRoute({
    operationId: "waitForRelease",
    method: "get",
    path: "/v1/held",
    tags: ["things"],
    scope: "read",
    summary: "Answer when released",
    responses: { 200: { description: "Released.", schema: z.string() } },
    async handler() {
      held.arrived.resolve();
      await held.release.promise;
      return { status: 200, body: "released" };
    },
  });
  fixture = await startFixture({ closeTimeoutMs, routes: [route], ...options });
}

function readProblem(answer: string): Json {
  return JSON.parse(answer.split("\r\n\r\n")[1]!);
}

const head = (path: string, ...headers: string[]) => [`GET ${path} HTTP/1.1`, "Host: localhost", ...headers];

test("headers must arrive in time, bodies are not bounded by the server", async () => {
  await start(100);
  const { headersTimeout, requestTimeout } = fixture.server;
  expect({ headersTimeout, requestTimeout }).toEqual({ headersTimeout: 10_000, requestTimeout: 0 });
});

describe("a connection", () => {
  test("whose request comes too slowly is 408, which is logged", async () => {
    await start(100, { headersTimeoutMs: 200 });
    const socket = connect(fixture.port, "127.0.0.1");
    const closed = text(socket);
    socket.write(`${head("/v1/nothing").join("\r\n")}\r\n`);
    const dripping = setInterval(() => socket.write("X-A: b\r\n"), 10);
    const problem = readProblem(await closed);
    clearInterval(dripping);
    expect(problem).toMatchObject({ status: 408, code: "request_timeout" });
    expect(fixture.logs).toContainEqual(
      expect.objectContaining({ msg: "request refused", requestId: problem.requestId, status: 408 }),
    );
  });

  test("on which nothing comes is closed without a word", async () => {
    await start(100, { headersTimeoutMs: 200 });
    const socket = connect(fixture.port, "127.0.0.1");
    let received = 0;
    socket.on("data", ({ length }) => (received += length));
    await once(socket, "close");
    expect([received, fixture.logs]).toEqual([0, []]);
  });

  test("more than may be is answered with 503, and with what it asks for when there is room", async () => {
    await start(100, { maxConnections: 2 });
    const idle = [1, 2].map(() => connect(fixture.port, "127.0.0.1"));
    await Promise.all(idle.map((socket) => once(socket, "connect")));
    const refused = await openRaw(fixture.port, head("/v1/nothing")).closed;
    expect(refused).toContain("Retry-After: 1\r\n");
    expect(readProblem(refused)).toMatchObject({ status: 503, code: "overloaded" });
    idle[0]!.destroy();
    await waitFor("room", async () => {
      const { socket, received } = openRaw(fixture.port, head("/v1/nothing"));
      await waitFor("the answer", async () => received().includes("\r\n\r\n"));
      socket.destroy();
      return received().includes("HTTP/1.1 404");
    });
    idle[1]!.destroy();
  });
});

test("an upgrade is not made where nothing streams: the request is answered, and its connection closed", async () => {
  await start(100);
  const path = `/v1/things/${thingId}`;
  const { closed } = openRaw(fixture.port, head(path, "Connection: Upgrade", "Upgrade: websocket"));
  expect(await closed).toMatch(/^HTTP\/1.1 200 OK\r\n/);
});

test("an address in use is an error", async () => {
  await start(100);
  await expect(
    listen(express(), { host: "127.0.0.1", port: fixture.port, log: pino({ level: "silent" }), maxConnections: 1 }),
  ).rejects.toThrow("EADDRINUSE");
});

describe("close", () => {
  test("takes no new connection, and lets a request under way finish, whose client is told not to come back", async () => {
    await start(10_000);
    const { received, closed } = openRaw(fixture.port, head("/v1/held"));
    await held.arrived.promise;
    const closing = fixture.close();
    await expect(fetch(`${fixture.url}/v1/held`)).rejects.toThrow();
    expect(received()).toBe("");

    held.release.resolve();
    await closing;
    const answer = await closed;
    expect(answer).toContain("HTTP/1.1 200 OK");
    expect(answer).toContain("Connection: close");
    expect(answer).toContain('"released"');
  });

  test("answers what was on its way on an open connection, and says that it is the last", async () => {
    await start(10_000);
    const { socket, received, closed } = openRaw(fixture.port, head("/v1/nothing"));
    await waitFor("the answer", async () => received().includes("HTTP/1.1 404"));
    const closing = fixture.close();
    socket.write(`${head("/v1/nothing").join("\r\n")}\r\n\r\n`);
    await closing;
    expect((await closed).match(/HTTP\/1.1 404/g)).toHaveLength(2);
    expect(received()).toContain("Connection: close");
  });

  test("does not wait long for connections without a request", async () => {
    // Longer than this test may take.
    await start(600_000);
    const { received, closed } = openRaw(fixture.port, head("/v1/nothing"));
    await waitFor("the answer", async () => received().includes("HTTP/1.1 404"));
    const silent = connect(fixture.port, "127.0.0.1");
    await once(silent, "connect");
    await fixture.close();
    await closed;
    silent.destroy();
  });

  test("cuts what has not ended in time", async () => {
    await start(200);
    const { received, closed } = openRaw(fixture.port, head("/v1/endless"));
    await waitFor("the answer", async () => received().includes("."));
    await fixture.close();
    await closed;
    await fixture.seen.gone.promise;
  });

  test("cuts connections that were upgraded to another protocol as well", async () => {
    const sockets: Duplex[] = [];
    await start(200);
    fixture.server.prependListener("upgrade", (_req, socket) => sockets.push(socket));
    const { received, closed } = openRaw(
      fixture.port,
      head("/v1/endless", "Connection: Upgrade", "Upgrade: websocket"),
    );
    await waitFor("the answer", async () => received().includes("."));
    await fixture.close();
    await closed;
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  });
});
