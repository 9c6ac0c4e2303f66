import { z } from "zod";
import { AppError } from "@longshore/shared/errors";
import type { WorkerBoard } from "@longshore/shared/status/worker-board";

const moment = z.iso.datetime();

const example = {
  id: "01a1fd9e-7d55-7c7e-9d0b-2b7f0a4c9f11",
  host: "worker-1",
  pid: 4711,
  version: "0.1.0",
  queues: [{ name: "urls.fetch", slots: 10, used: 3 }],
  startedAt: "2026-11-21T10:20:00.000Z",
  lastSeenAt: "2026-11-21T10:29:48.704Z",
};

/** A worker process as a client sees it. */
export const workerViewSchema = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.int(),
    version: z.string(),
    queues: z.array(
      z.object({
        name: z.string(),
        slots: z.int().describe("How many it can run at once."),
        used: z.int().describe("How many it runs."),
      }),
    ),
    startedAt: moment,
    lastSeenAt: moment.describe("When it last announced itself, as it does every two seconds."),
  })
  .meta({ id: "Worker", examples: [example] });

export type WorkerView = z.infer<typeof workerViewSchema>;

/** Lists the workers that are alive, the longest running first. Throws `unavailable` while Redis is away: only it knows. */
export function createListWorkers(board: WorkerBoard) {
  return async function listWorkers(): Promise<WorkerView[]> {
    const workers = await board.list().catch((error: unknown) => {
      throw new AppError("unavailable", { message: "Redis is not available", retryAfterSeconds: 2, cause: error });
    });
    return workers.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  };
}
