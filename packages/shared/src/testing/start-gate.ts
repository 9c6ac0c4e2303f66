import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** `shut` breaks every connection; a `hung` one takes all and answers nothing. */
export type GateState = "open" | "shut" | "hung";

export type Gate = { url: string; set(state: GateState): void; close(): Promise<void> };

/** Stands before a server, PostgreSQL or Redis, and can make it look as if it were away. */
export async function startGate(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: GateState = "open";

  const gate = createServer((client) => {
    const server = connect(Number(port), hostname);
    const close = () => [client, server].forEach((socket) => socket.destroy());
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      sockets.add(from);
      from.on("data", (bytes) => state === "open" && to.write(bytes));
      from.on("error", close).on("close", close);
      from.once("close", () => sockets.delete(from));
    }
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
    async close() {
      cut();
      await once(gate.close(), "close");
    },
  };
}
