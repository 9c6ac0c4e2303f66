import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The minimal API in a process of its own, until it is disposed of. */
export async function startMinimalApi(services: {
  redisUrl: string;
  databaseUrl: string;
}): Promise<Disposable & { url: string }> {
  const file = fileURLToPath(new URL("peers/minimal-api.ts", import.meta.url));
  const { redisUrl, databaseUrl } = services;
  const child = spawn(process.execPath, [file, JSON.stringify({ redisUrl, databaseUrl })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return { url, [Symbol.dispose]: () => void child.kill() };
}
