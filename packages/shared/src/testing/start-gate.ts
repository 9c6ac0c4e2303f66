import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** `shut` breaks every connection; a `hung` one takes all and answers nothing. */
export type GateState = "open" | "shut" | "hung";

/** What is lost of the next message that holds `marker`; its connection is lost with it. */
export type Loss = { part: "the message" | "the answer"; marker: string };

export type Gate = { url: string; set(state: GateState): void; lose(loss: Loss): void; close(): Promise<void> };

/** Stands before a server, PostgreSQL or Redis, and can make it look as if it were away, or lose what passes. */
export async function startGate(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: GateState = "open";
  let loss: Loss | undefined;

  function takeLoss(bytes: Buffer): Loss | undefined {
    if (!loss || !bytes.includes(loss.marker)) return undefined;
    const taken = loss;
    loss = undefined;
    return taken;
  }

  const gate = createServer((client) => {
    const server = connect(Number(port), hostname);
    const close = () => [client, server].forEach((socket) => socket.destroy());
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", close).on("close", close);
      socket.once("close", () => sockets.delete(socket));
    }
    const answer = (bytes: Buffer) => state === "open" && client.write(bytes);
    server.on("data", answer);
    client.on("data", (bytes) => {
      if (state !== "open") return;
      const lost = takeLoss(bytes)?.part;
      if (lost === "the message") return close();
      if (lost === "the answer") server.off("data", answer).once("data", close);
      server.write(bytes);
    });
    if (state === "shut") close();
  });
  await once(gate.listen(0, "127.0.0.1"), "listening");

  const url = new URL(target);
  url.host = `127.0.0.1:${(gate.address() as AddressInfo).port}`;
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: url.href,
    set(next) {
      // What a hung server has swallowed is missing in its protocol.
      if (next === "shut" || state === "hung") cut();
      state = next;
    },
    lose(next) {
      loss = next;
    },
    async close() {
      cut();
      await once(gate.close(), "close");
    },
  };
}
