import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { defineRoute, streamed } from "../src/http/route.ts";
import type { ClientStream } from "../src/http/streams/client-stream.ts";
import { keepStreams, type KeepStreamsOptions, type Streams } from "../src/http/streams/keep-streams.ts";
import { openRaw, startFixture, type Fixture } from "./http-fixture.ts";
import { openEvents } from "./open-events.ts";

let fixture: Fixture;
let streams: Streams;
/** The server's end of what was opened. */
let opened: (ClientStream & { sent: number })[];
afterEach(async () => {
  streams.leave();
  await fixture.close();
});

async function start(options: Partial<KeepStreamsOptions> = {}): Promise<void> {
  opened = [];
  streams = keepStreams({ maxStreams: 10, ...options });
  const route = defineRoute({
    operationId: "followThing",
    method: "get",
    path: "/v1/watched/{id}/events",
    tags: ["things"],
    scope: "read",
    summary: "Watch a thing",
    request: { params: z.object({ id: z.enum(["a"]) }) },
    responses: { 200: { description: "Events.", contentTypes: ["text/event-stream"] } },
    async handler({ req, res }) {
      opened.push({ ...(await streams.open(req, res)), sent: 0 });
      return streamed;
    },
  });
  fixture = await startFixture({ routes: [route], closeTimeoutMs: 500 });
}

const path = "/v1/watched/a/events";
const openStream = () => openEvents(fixture.url + path);

/** A client that has asked for the stream, and reads nothing yet. */
async function connectLazily(): Promise<Socket> {
  const socket = connect(fixture.port, "127.0.0.1").on("error", () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await waitFor("the stream", async () => opened.length === 1);
  return socket;
}

/** Sends as fast as the client takes it. */
async function sendUntil(isEnough: () => boolean): Promise<void> {
  const stream = opened[0]!;
  while (!isEnough()) {
    stream.send(large);
    stream.sent += 1;
    await stream.catchUp();
  }
}

const large = { id: "1", event: "state", data: `"${"x".repeat(100_000)}"` };
const frame = (n: number) => ({ id: `${n}`, event: "state", data: `{"n":${n}}` });

async function openWebSocket(options: { autoPong?: boolean } = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${fixture.port}${path}`, options);
  await once(socket, "open");
  return socket;
}

async function refusedHandshake(at: string, headers: Record<string, string> = {}) {
  const head = [`GET ${at} HTTP/1.1`, "Host: localhost", "Connection: Upgrade", "Upgrade: websocket"];
  const { closed } = openRaw(fixture.port, [
    ...head,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]);
  const answer = await closed;
  return {
    status: Number(answer.split(" ", 2)[1]),
    problem: JSON.parse(answer.split("\r\n\r\n")[1]!) as { code: string },
  };
}

describe("a stream of events", () => {
  test("says so, and asks all in between not to hold it back", async () => {
    await start();
    const { status, headers, text } = await openStream();
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
      "x-request-id": expect.any(String) as string,
      "x-process-time": expect.any(String) as string,
    });
    expect(headers["content-encoding"]).toBeUndefined();
    await waitFor("the first line", async () => text() === "retry: 2000\n\n");
  });

  test("brings each frame with its id, and ends when there is no more", async () => {
    await start();
    const { all } = await openStream();
    for (const n of [1, 2]) opened[0]!.send(frame(n));
    opened[0]!.end();
    opened[0]!.send(frame(3));
    expect(await all()).toEqual([1, 2].map((n) => ({ id: `${n}`, event: "state", data: { n } })));
  });

  test("gives a sign of life when there is nothing to say", async () => {
    await start({ beatMs: 1 });
    const { text } = await openStream();
    await waitFor("a comment", async () => text().includes("\n\n:\n\n"));
  });

  test("is noticed when its client leaves", async () => {
    await start();
    const { close } = await openStream();
    const closed = new Promise<void>((resolve) => opened[0]!.onClose(resolve));
    close();
    await closed;
    expect(opened[0]!.isOpen()).toBe(false);
  });

  test("waits for a client that reads slowly", async () => {
    await start({ patienceMs: 60_000 });
    const slow = await connectLazily();
    let received = 0;
    const sending = sendUntil(() => opened[0]!.sent === 200);
    await waitFor("the first frames", async () => opened[0]!.sent > 1);
    slow.on("data", (piece: Buffer) => (received += piece.length));
    await sending;
    await waitFor("all of it", async () => received > 200 * large.data.length);
    slow.destroy();
  });

  test("gives up a client that does not read", async () => {
    await start({ patienceMs: 200 });
    const lazy = await connectLazily();
    await sendUntil(() => !opened[0]!.isOpen());
    expect(opened[0]!.sent).toBeLessThan(1_000);
    lazy.destroy();
  });

  test("answers HEAD with its headers only", async () => {
    await start();
    const response = await fetch(fixture.url + path, { method: "HEAD" });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(opened[0]!.isOpen()).toBe(false);
  });

  test("is logged when it is opened, and is no answer that was cut", async () => {
    await start();
    await openStream();
    expect(fixture.logs).toMatchObject([{ path, status: 200, msg: "request completed" }]);
  });
});

describe("a WebSocket on the same path", () => {
  test("brings the same frames as text", async () => {
    await start();
    const socket = await openWebSocket();
    const messages: string[] = [];
    socket.on("message", (data: Buffer, isBinary) => messages.push(isBinary ? "binary" : data.toString()));
    for (const n of [1, 2]) opened[0]!.send(frame(n));
    opened[0]!.end();
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1000);
    expect(messages).toEqual([
      '{"id":"1","event":"state","data":{"n":1}}',
      '{"id":"2","event":"state","data":{"n":2}}',
    ]);
    expect(fixture.logs).toMatchObject([{ path, status: 101, msg: "request completed" }]);
  });

  test("is refused with the same problems", async () => {
    await start();
    const key = { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13" };
    expect(await refusedHandshake("/v1/watched/b/events", key)).toMatchObject({
      status: 404,
      problem: { code: "not_found" },
    });
    expect(await refusedHandshake("/v1/nothing", key)).toMatchObject({ status: 404, problem: { code: "not_found" } });
    expect(await refusedHandshake(path)).toMatchObject({ status: 400, problem: { code: "malformed_request" } });
    expect(opened).toEqual([]);
  });

  test("is ended when its client gives no sign of life", async () => {
    await start({ beatMs: 1 });
    const [alive, dead] = await Promise.all([openWebSocket(), openWebSocket({ autoPong: false })]);
    const [code] = (await once(dead, "close")) as [number];
    expect(code).toBe(1006);
    await once(alive, "ping");
    expect(alive.readyState).toBe(alive.OPEN);
    alive.terminate();
  });

  test("does not listen to its client, and takes no large message from it", async () => {
    await start();
    const socket = await openWebSocket();
    socket.send("hello");
    socket.send("x".repeat(2_000));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1009);
  });

  test("is all that is switched to: another protocol is answered in this one", async () => {
    await start();
    const { received, closed } = openRaw(fixture.port, [
      `GET /v1/nothing HTTP/1.1`,
      "Host: localhost",
      "Connection: Upgrade, HTTP2-Settings, close",
      "Upgrade: h2c",
    ]);
    await closed;
    expect(received()).toContain("HTTP/1.1 404");
  });
});

describe("the streams of a process", () => {
  test("are no more than may be, and one that closes makes room", async () => {
    await start({ maxStreams: 2 });
    const [first] = [await openStream(), await openWebSocket()];
    const refused = await fetch(fixture.url + path);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await refused.json()).toMatchObject({ code: "overloaded" });
    first.close();
    await waitFor("room", async () => (await openStream()).status === 200);
  });

  test("end when it is about to stop, and no other opens", async () => {
    await start();
    const [{ all }, socket] = [await openStream(), await openWebSocket()];
    const closed = once(socket, "close") as Promise<[number]>;
    streams.leave();
    expect(await all()).toEqual([]);
    expect((await closed)[0]).toBe(1001);
    expect((await fetch(fixture.url + path)).status).toBe(503);
  });

  test("are tidied up after when many have opened", async () => {
    let tidied = 0;
    await start({ maxStreams: 600, tidy: () => (tidied += 1) });
    const clients = await Promise.all(Array.from({ length: 500 }, openStream));
    await waitFor("the garbage to be collected", async () => tidied === 1);
    for (const { close } of clients) close();
  });
});
