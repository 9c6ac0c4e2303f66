import { z } from "zod";
import { AppError } from "@longshore/shared/errors";
import type { WorkerBoard } from "@longshore/shared/status/worker-board";

const moment = z.iso.datetime();

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
  .meta({ id: "Worker" });

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
