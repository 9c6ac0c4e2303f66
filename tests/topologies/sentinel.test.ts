import { kill } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJobFixture, type JobFixture } from "../faults/create-job-fixture.ts";
import { connectOnce } from "./connect-once.ts";
import { loseMaster } from "./lose-master.ts";
import { startSentinels, type Sentinels } from "./start-sentinels.ts";
import { startTopology, type Topology } from "./start-topology.ts";
import { stateFacts } from "./state-facts.ts";
import { ways } from "./ways.ts";

describe.each(ways)("on a Redis that sentinels watch, $by", ({ isEncrypted }) => {
  let on: Topology<Sentinels>;
  let jobs: JobFixture;
  beforeAll(async () => {
    on = await startTopology(startSentinels, isEncrypted ? "IP:127.0.0.1" : undefined);
    jobs = await createJobFixture(on.stack);
  });
  afterAll(() => on?.[Symbol.asyncDispose]());

  describe("Longshore", () => {
    stateFacts(() => on.stack);
  });

  it("the master is found although the first sentinel hangs", async () => {
    kill(on.redis.firstSentinel, "SIGSTOP");
    try {
      await using redis = await connectOnce(on.redis.url);
      expect(await redis.client.ping()).toBe("PONG");
    } finally {
      kill(on.redis.firstSentinel, "SIGCONT");
    }
  });

  describe("each row and each write is applied once, and no user is read that is older than the last write, when the master", () => {
    it("hangs until sentinels have made the replica the master", async () => {
      const master = await on.redis.master();
      await loseMaster({ stack: on.stack, jobs }, "hung-", async () => {
        kill(master, "SIGSTOP");
        await on.redis.replaced(master).finally(() => kill(master, "SIGCONT"));
      });
      await on.redis.inStep();
    });

    it("is killed", async () => {
      const master = await on.redis.master();
      await loseMaster({ stack: on.stack, jobs }, "killed-", async () => {
        kill(master, "SIGKILL");
        await on.redis.replaced(master);
      });
    });
  });
});
