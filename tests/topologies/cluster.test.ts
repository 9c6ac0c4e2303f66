import { kill } from "node:process";
import { afterAll, beforeAll, describe, it } from "vitest";
import { importQueue, queuePrefix } from "@longshore/shared/queue/names";
import { createJobFixture, type JobFixture } from "../faults/create-job-fixture.ts";
import { loseMaster } from "./lose-master.ts";
import { startCluster, type RedisCluster } from "./start-cluster.ts";
import { startTopology, type Topology } from "./start-topology.ts";
import { stateFacts } from "./state-facts.ts";
import { ways } from "./ways.ts";

describe.each(ways)("on a Redis Cluster $by", ({ isEncrypted }) => {
  let on: Topology<RedisCluster>;
  let jobs: JobFixture;
  beforeAll(async () => {
    on = await startTopology(startCluster, isEncrypted ? "DNS:localhost" : undefined);
    jobs = await createJobFixture(on.stack);
  });
  afterAll(() => on?.[Symbol.asyncDispose]());

  describe("Longshore", () => {
    stateFacts(() => on.stack);
  });

  describe("each row and each write is applied once, and no user is read that is older than the last write, when", () => {
    it("the master of imports hangs until its replica has taken over", async () => {
      const master = await on.redis.holderOf(queuePrefix("longshore", importQueue));
      await loseMaster({ stack: on.stack, jobs }, "hung-", async () => {
        kill(master.pid, "SIGSTOP");
        await master.replaced().finally(() => kill(master.pid, "SIGCONT"));
      });
    });

    it("the master of the users' cache is killed", async () => {
      const master = await on.redis.holderOf("{longshore:cache:users}");
      await loseMaster({ stack: on.stack, jobs }, "killed-", async () => {
        kill(master.pid, "SIGKILL");
        await master.replaced();
      });
    });
  });
});
