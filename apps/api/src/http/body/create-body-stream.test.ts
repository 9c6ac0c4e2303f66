import { once } from "node:events";
import { createServer, request, type ClientRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { createBodyStream } from "./create-body-stream.ts";
import { readBytes } from "./read-bytes.ts";

const stallMs = 1_000;
const anyByte = { windowMs: stallMs, bytes: 1 };

let close: () => void;
afterEach(() => close());

/** A request of which only the head has been sent, as the client and as the server see it. */
async function openRequest(): Promise<{ client: ClientRequest; req: IncomingMessage; res: ServerResponse }> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = request({ port, method: "POST" }).on("error", () => {});
  client.flushHeaders();
  const [req, res] = await once(server, "request");
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { client, req, res };
}

describe("createBodyStream", () => {
  test("gives what was sent", async () => {
    const { client, req, res } = await openRequest();
    client.end("a".repeat(1_000_000));
    let size = 0;
    for await (const chunk of createBodyStream(req, res)) size += chunk.length;
    expect(size).toBe(1_000_000);
  });

  test("fails when the client stalls, but not while it sends slowly", async () => {
    const { client, req, res } = await openRequest();
    const chunks: string[] = [];
    const read = async () => {
      for await (const chunk of createBodyStream(req, res, anyByte)) chunks.push(String(chunk));
    };
    const reading = read();
    for (const part of ["a", "b", "c", "d"]) {
      client.write(part);
      await setTimeout(stallMs / 4);
    }
    await expect(reading).rejects.toMatchObject({ code: "request_timeout" });
    expect(chunks.join("")).toBe("abcd");
  });

  test("fails when less comes than must, however steadily", async () => {
    const { client, req, res } = await openRequest();
    const dripping = setInterval(() => client.write("a"), 10);
    const pace = { windowMs: stallMs, bytes: 1_000 };
    await expect(createBodyStream(req, res, pace).toArray()).rejects.toMatchObject({ code: "request_timeout" });
    clearInterval(dripping);
  });

  test("does not fail while it is the reader that is slow", async () => {
    const { client, req, res } = await openRequest();
    client.end(Buffer.alloc(2_000_000));
    let size = 0;
    for await (const chunk of createBodyStream(req, res, anyByte)) {
      size += chunk.length;
      if (size < 100_000) await setTimeout(stallMs * 1.5);
    }
    expect(size).toBe(2_000_000);
  });

  test("takes no more from the client than the reader takes", async () => {
    const { client, req, res } = await openRequest();
    let accepted = 0;
    const stream = createBodyStream(req, res);
    stream.once("readable", () => {});
    const chunk = Buffer.alloc(64 * 1024);
    for (let sent = 0; sent < 1_000; sent += 1) client.write(chunk, () => (accepted += chunk.length));
    await setTimeout(100);
    expect(accepted).toBeLessThan(32 * 1024 * 1024);
    expect(stream.readableLength).toBeLessThan(1024 * 1024);
  });

  test("can be destroyed and the client still be answered", async () => {
    const { client, req, res } = await openRequest();
    client.write("first");
    for await (const chunk of createBodyStream(req, res)) {
      expect(String(chunk)).toBe("first");
      break;
    }
    res.writeHead(422).end();
    const [response] = await once(client, "response");
    expect(response.statusCode).toBe(422);
  });

  test("fails as incomplete when the client has left, also before the first read", async () => {
    const { client, req, res } = await openRequest();
    const stream = createBodyStream(req, res);
    client.destroy();
    await new Promise((resolve) => req.once("close", resolve));
    await expect(stream.toArray()).rejects.toMatchObject({ code: "upload_incomplete" });
  });
});

test("a JSON body must be complete in time, however steadily it drips", async () => {
  const { client, req, res } = await openRequest();
  const dripping = setInterval(() => client.write(" "), 10);
  await expect(readBytes(req, res, 1_000, 100)).rejects.toMatchObject({ code: "request_timeout" });
  clearInterval(dripping);
});
