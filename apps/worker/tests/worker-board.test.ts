import { pid } from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createWorkerBoard } from "@longshore/shared/status/worker-board";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createWorkerFixture, testKind, type WorkerFixture } from "./worker-fixture.ts";

let fixture: WorkerFixture;
beforeAll(async () => {
  fixture = await createWorkerFixture();
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

const board = () => createWorkerBoard(fixture.redis.commands, fixture.redis.namespace);
const workers = (count: number) =>
  waitFor(`${count} workers`, async () => {
    const found = await board().list();
    return found.length === count && found;
  });

describe("the board of workers", () => {
  it("shows each that is alive, with its queues, and none that has closed", async () => {
    const open = Promise.withResolvers<void>();
    const kind = testKind(() => open.promise.then(() => ({})), { concurrency: 4 });
    const [first] = [fixture.startWorker({ kinds: [kind] }), fixture.startWorker({ kinds: [kind] })];
    const shown = await workers(2);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(2);
    expect(shown[0]).toMatchObject({
      pid,
      version: "0.0.0",
      queues: [
        { name: "imports", slots: 2, used: 0 },
        { name: "test", slots: 4, used: 0 },
      ],
    });

    await fixture.submit({});
    await waitFor("one slot to be used", async () =>
      (await board().list()).some(({ queues }) => queues.some(({ used }) => used === 1)),
    );
    open.resolve();
    await first.close();
    await workers(1);
  });

  it("forgets one that was killed, and one that Redis has lost is back soon", async () => {
    const note = { id: "killed", host: "h", pid: 1, version: "0", startedAt: new Date().toISOString(), queues: [] };
    await board().announce(note);
    expect(await workers(1)).toMatchObject([{ id: "killed" }]);
    await fixture.redis.commands.pexpire(`{${fixture.redis.namespace}:workers}:killed`, 1);
    await workers(0);

    fixture.startWorker();
    await workers(1);
    await fixture.redis.wipe();
    await workers(1);
  });
});
