import type { Db } from "@longshore/shared/db/create-database";
import { isDeepStrictEqual } from "node:util";
import { AppError } from "@longshore/shared/errors";
import { findContract } from "@longshore/shared/jobs/contracts";
import type { Producer } from "@longshore/shared/queue/create-producer";
import { queueNames } from "@longshore/shared/queue/names";
import { toQueueSettings } from "@longshore/shared/queue/queue-settings";
import type { FlowMeter } from "@longshore/shared/status/flow-meter";
import type { ReadWaiting } from "./count-waiting.ts";
import type { QueueView } from "./queue-view.ts";

export type ReadQueuesDeps = { db: Db; producer: Producer; flow: FlowMeter; readWaiting: ReadWaiting };

/** Reads all queues, or those named. Also while Redis is away, but for what only Redis knows. */
export function createReadQueues({ db, producer, flow, readWaiting }: ReadQueuesDeps) {
  async function isApplied(queue: string, settings: object): Promise<boolean> {
    return producer
      .control(queue)
      .read()
      .then(
        (known) => isDeepStrictEqual(known, settings),
        () => false,
      );
  }

  return async function readQueues(names: readonly string[] = queueNames): Promise<QueueView[]> {
    const [{ queues, countedAt }, stored, flows] = await Promise.all([
      readWaiting(),
      db.selectFrom("queue_settings").selectAll().execute(),
      flow.read().catch(() => undefined),
    ]);
    return Promise.all(
      names.map(async (name) => {
        const settings = toQueueSettings(stored.find(({ queue }) => queue === name));
        const { since, ...counts } = queues.get(name)!;
        const rates = flows && { inPerSecond: 0, outPerSecond: 0, ...flows.get(name) };
        return {
          name,
          internal: findContract(name)?.internal ?? false,
          ...settings,
          applied: await isApplied(name, settings),
          counts,
          oldestWaitingSeconds: since && roundToTenth((Date.now() - since.getTime()) / 1_000),
          countedAt: countedAt.toISOString(),
          rates: rates
            ? { inPerSecond: roundToTenth(rates.inPerSecond), outPerSecond: roundToTenth(rates.outPerSecond) }
            : null,
          links: { self: `/v1/queues/${name}` },
        };
      }),
    );
  };
}

/** Throws `not_found` for a queue that there is not. */
export function assertQueue(name: string): void {
  if (queueNames.includes(name)) return;
  throw new AppError("not_found", { message: `There is no queue ${name}; there are: ${queueNames.join(", ")}` });
}

function roundToTenth(value: number): number {
  return Math.round(value * 10) / 10;
}
