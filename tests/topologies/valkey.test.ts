import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findProgram } from "@longshore/stack/programs/find-program";
import { findFreePort } from "@longshore/stack/process/find-free-port";
import { startRedisNode } from "./start-redis-node.ts";
import { startTopology, type Topology } from "./start-topology.ts";
import { stateFacts } from "./state-facts.ts";

const program = findProgram(["valkey-server"]);
if (!program)
  process.stdout.write("There is no valkey-server on this machine: what is said of Valkey is not tested.\n");

describe.skipIf(!program)("on Valkey, Longshore", () => {
  let on: Topology<Awaited<ReturnType<typeof startValkey>>>;
  beforeAll(async () => {
    on = await startTopology(startValkey);
  });
  afterAll(() => on?.[Symbol.asyncDispose]());

  it("talks to Valkey", async () => {
    expect(await on.stack.redis.info("server")).toContain("server_name:valkey");
  });

  stateFacts(() => on.stack);
});

async function startValkey(dataDir: string): Promise<AsyncDisposable & { url: string }> {
  const port = await findFreePort();
  const url = `redis://127.0.0.1:${port}`;
  const settings = ["appendonly yes", "maxmemory-policy noeviction"];
  const valkey = await startRedisNode({ dataDir, name: "valkey", url, settings, program: program! });
  return { url, [Symbol.asyncDispose]: async () => void (await valkey.stop()) };
}
