import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Takes webhooks, and is what URLs lead to. */
export async function startReceiver(): Promise<Disposable & { url: string }> {
  const server = createServer((incoming, response) => void incoming.resume().once("end", () => response.end("{}")));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
