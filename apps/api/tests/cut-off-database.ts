import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";

export type CutOffDatabase = DatabaseHandle & {
  /** From now on nothing answers where the database was. */
  cutOff(): void;
};

/** A database, by a way that can be cut off. */
export async function createCutOffDatabase(url: string): Promise<CutOffDatabase> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    for (const socket of [client, server]) sockets.add(socket.on("error", () => {}));
    client.pipe(server).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");

  const through = new URL(url);
  through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const database = createDatabase({ url: through.href, applicationName: "test" });
  function cutOff(): void {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  }
  return {
    ...database,
    cutOff,
    async close() {
      await database.close();
      cutOff();
    },
  };
}
