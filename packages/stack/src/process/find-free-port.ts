import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the range from which Linux takes ports for outgoing connections, so that none sits on it during a restart. */
const privateRange = { from: 20_000, to: 32_000 };

/** A port on which nothing listens: the preferred one if it is free, else a random private one. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred && (await isPortFree(preferred))) return preferred;
  for (;;) {
    const port = randomInt(privateRange.from, privateRange.to);
    if (await isPortFree(port)) return port;
  }
}

export async function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  } finally {
    server.close();
  }
}
