import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { pid } from "node:process";
import type { Logger } from "@longshore/shared/logger";
import { announceEveryMs, type WorkerBoard } from "@longshore/shared/status/worker-board";
import type { SlottedConsumer } from "./consume-entries.ts";
import { startTicker, type Ticker } from "./start-ticker.ts";

export type AnnounceWorkerOptions = {
  workers: WorkerBoard;
  version: string;
  consumers: readonly Pick<SlottedConsumer, "queue" | "slots" | "used">[];
  log: Logger;
};

/** Says every two seconds that this worker is alive and how busy it is; and, when closed, that it is gone. */
export function announceWorker({ workers, version, consumers, log }: AnnounceWorkerOptions): Ticker {
  const id = randomBytes(4).toString("hex");
  const worker = { id, host: hostname(), pid, version, startedAt: new Date().toISOString() };

  async function run(): Promise<void> {
    const queues = consumers.map(({ queue, slots, used }) => ({ name: queue, slots, used }));
    await workers.announce({ ...worker, queues });
  }

  const ticker = startTicker({ name: "announce", intervalMs: announceEveryMs, run, log });
  return {
    async close() {
      await ticker.close();
      await workers.withdraw(id).catch(() => {});
    },
  };
}
