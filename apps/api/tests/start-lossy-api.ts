import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { createDatabase, type DatabaseHandle } from "@longshore/shared/db/create-database";
import { startApi, type TestApi } from "./start-api.ts";

/** What is lost of the next message to PostgreSQL that holds `marker`; the connection is lost with it. */
type Loss = { part: "the message" | "the answer"; marker: string };

export type LossyApi = TestApi & { lose(loss: Loss): void };

/** A commit is a message of its own to PostgreSQL: `Q`, its length, `commit`, a zero. */
export const commitMessage = "commit\0";

/** The API over a database whose connections can be made to break at the worst moment. */
export async function startLossyApi(): Promise<LossyApi> {
  let next: Loss | undefined;
  let proxy: Server | undefined;
  let database: DatabaseHandle | undefined;

  const api = await startApi({
    async db(url) {
      proxy = createProxy(new URL(url), takeLoss).listen(0, "127.0.0.1");
      await once(proxy, "listening");
      const through = new URL(url);
      through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      database = createDatabase({ url: through.href, applicationName: "test" });
      return database.db;
    },
  });

  function takeLoss(bytes: Buffer): Loss | undefined {
    if (!next || !bytes.includes(next.marker)) return undefined;
    const loss = next;
    next = undefined;
    return loss;
  }

  return {
    ...api,
    lose(loss) {
      next = loss;
    },
    async close() {
      await api.close();
      await database?.close();
      if (proxy) await once(proxy.close(), "close");
    },
  };
}

function createProxy(target: URL, takeLoss: (bytes: Buffer) => Loss | undefined): Server {
  return createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    const close = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on("error", close).on("close", close);
    const pass = (bytes: Buffer) => client.write(bytes);
    server.on("data", pass);
    client.on("data", (bytes) => {
      const loss = takeLoss(bytes);
      if (!loss) server.write(bytes);
      else if (loss.part === "the message") close();
      else server.off("data", pass).once("data", close).write(bytes);
    });
  });
}
