import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkerBoard, type WorkerBoard, type WorkerNote } from "@longshore/shared/status/worker-board";
import type { WorkerView } from "../src/services/list-workers.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
let board: WorkerBoard;
beforeAll(async () => {
  api = await startApi();
  board = createWorkerBoard(api.redis.commands, api.redis.namespace);
});
afterAll(() => api.close());

const worker = (id: string, startedAt: string): WorkerNote => ({
  id,
  host: "h",
  pid: 1,
  version: "1.2.3",
  startedAt,
  queues: [{ name: "sleep", slots: 50, used: 2 }],
});

async function list(): Promise<WorkerView[]> {
  const response = await fetch(`${api.url}/v1/workers`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { items: WorkerView[] }).items;
}

describe("the workers", () => {
  it("are those that announced themselves and did not withdraw, the longest running first", async () => {
    expect(await list()).toEqual([]);
    const [old, young] = [worker("b", "2027-01-01T00:00:00.000Z"), worker("a", "2027-01-02T00:00:00.000Z")];
    for (const one of [young, old, { ...young, queues: [] }]) await board.announce(one);
    const listed = await list();
    expect(listed).toMatchObject([old, { ...young, queues: [] }]);
    expect(Math.abs(Date.parse(listed[0]!.lastSeenAt) - Date.now())).toBeLessThan(5_000);

    await board.withdraw("b");
    expect((await list()).map(({ id }) => id)).toEqual(["a"]);
  });
});
