import { kill } from "node:process";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createJobFixture, type JobFixture } from "../faults/create-job-fixture.ts";
import { loseMaster } from "./lose-master.ts";
import { startSentinels, type Sentinels } from "./start-sentinels.ts";
import { startTopology, type Topology } from "./start-topology.ts";
import { stateFacts } from "./state-facts.ts";

let on: Topology<Sentinels>;
let jobs: JobFixture;
beforeAll(async () => {
  on = await startTopology(startSentinels);
  jobs = await createJobFixture(on.stack);
});
afterAll(() => on?.[Symbol.asyncDispose]());

describe("on a Redis that sentinels watch, Longshore", () => {
  stateFacts(() => on.stack);
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
