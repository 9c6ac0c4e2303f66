import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

export type Listening = { port: number; close(): Promise<void> };

/** Has a small server listen, for probes and metrics: closing it cuts whoever asks. Rejects if the port is taken. */
export async function listenOn(server: Server, { host, port }: { host: string; port: number }): Promise<Listening> {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
