import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

/** How bytes pass: as they come, one by one, late, or not at all on their way back; or not on connections that are new. */
export type Passage = "open" | "dribbled" | "answers held" | "newcomers held" | { delayMs: number };

/** The next message with `marker`; on a connection on which `app` has named itself, and after a message with `after`. */
export type Loss = { app: string; marker: string; after?: string };

export type Proxy = AsyncDisposable & {
  /** The target's URL by way of the proxy. */
  url: string;
  set(passage: Passage): void;
  /** Breaks all connections. */
  cut(): void;
  /** Brings no answer any more, and no word of it, on the connections that there are now. */
  silence(): void;
  /** Loses what is answered to a message, and the connection with it; resolves when that has happened. */
  loseAnswer(to: Loss): Promise<void>;
};

/** A way to a server of which a test can make a bad one. */
export async function startProxy(targetUrl: string): Promise<Proxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const connections = new Set<{ isSilent: boolean }>();
  let passage: Passage = "open";
  let held: PromiseWithResolvers<void> | undefined;
  let loss: (Loss & { done: () => void }) | undefined;

  async function pass(bytes: Buffer, to: Socket): Promise<void> {
    if (typeof passage === "object") await setTimeout(passage.delayMs);
    if (passage !== "dribbled") return write(to, bytes);
    for (const byte of bytes) await write(to, Buffer.of(byte));
  }

  async function serve(client: Socket): Promise<void> {
    const server = connect(Number(target.port), target.hostname);
    const connection = { isSilent: false };
    const isNewcomer = passage === "newcomers held";
    connections.add(connection);
    function close(): void {
      server.destroy();
      if (connection.isSilent) return;
      client.destroy();
    }
    for (const socket of [client, server]) sockets.add(socket.setNoDelay().on("error", close).on("close", close));
    client.on("close", () => {
      connections.delete(connection);
      for (const socket of [client, server]) sockets.delete(socket);
    });

    let isLost = false;
    const sent: Sent = { head: Buffer.alloc(0), after: false };
    async function send(): Promise<void> {
      for await (const bytes of client as AsyncIterable<Buffer>) {
        if (connection.isSilent) continue;
        if (sent.head.length < 1_024) sent.head = Buffer.concat([sent.head, bytes]);
        if (loss && !isLost) isLost = isMeant(loss, bytes, sent);
        await pass(bytes, server);
      }
    }
    async function answer(): Promise<void> {
      for await (const bytes of server as AsyncIterable<Buffer>) {
        if (isLost) break;
        if (connection.isSilent) continue;
        if (passage === "answers held" || isNewcomer) await held?.promise;
        await pass(bytes, client);
      }
      if (isLost) loss?.done();
    }
    // Whichever way breaks, both are over.
    await Promise.race([send(), answer()]).catch(() => {});
    close();
  }

  const proxy = createServer((client) => void serve(client)).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const through = new URL(targetUrl);
  through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    url: through.href,
    set(now) {
      passage = now;
      held?.resolve();
      held = now === "answers held" || now === "newcomers held" ? Promise.withResolvers() : undefined;
    },
    cut,
    silence() {
      for (const connection of connections) connection.isSilent = true;
    },
    loseAnswer: (to) =>
      new Promise((resolve) => {
        loss = {
          ...to,
          done() {
            loss = undefined;
            resolve();
          },
        };
      }),
    async [Symbol.asyncDispose]() {
      cut();
      await once(proxy.close(), "close");
    },
  };
}

/** What came on a connection: its first bytes, in which an app names itself, and whether `after` was among the rest. */
type Sent = { head: Buffer; after: boolean };

function isMeant({ app, marker, after }: Loss, bytes: Buffer, sent: Sent): boolean {
  if (!sent.head.includes(app)) return false;
  const hasCome = after === undefined || sent.after;
  if (after !== undefined && bytes.includes(after)) sent.after = true;
  return hasCome && bytes.includes(marker);
}

function write(to: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
