import { availableParallelism } from "node:os";
import type { Logger } from "@longshore/shared/logger";
import type { JobHandler } from "../jobs/define-handler.ts";
import type { WorkerKind } from "../jobs/create-kinds.ts";
import type { HandledKind } from "../runtime/run-job.ts";
import { createThreads } from "./create-threads.ts";

export type ThreadedKinds = {
  kinds: (HandledKind & { slots: number })[];
  close(): Promise<void>;
};

const ownExtension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const threadFile = new URL(`../thread.${ownExtension}`, import.meta.url);

/**
 * Gives every kind a handler: those that run in a thread get one that goes through a pool, with a thread for each of their
 * slots. More of those than the machine has processors would only make each other slow.
 */
export function handleInThreads(
  kinds: readonly WorkerKind[],
  { file = threadFile, log }: { file?: URL | undefined; log: Logger },
): ThreadedKinds {
  const slotsOf = ({ contract, handler }: WorkerKind) =>
    handler ? contract.concurrency : Math.min(contract.concurrency, availableParallelism());
  const size = kinds.filter(({ handler }) => !handler).reduce((sum, kind) => sum + slotsOf(kind), 0);
  const threads = createThreads(file, size, log);

  return {
    kinds: kinds.map((kind) => {
      const { contract, handler } = kind;
      const inThread: JobHandler = (payload, context) => threads.run(contract.kind, payload, context);
      return { contract, handler: handler ?? inThread, slots: slotsOf(kind) };
    }),
    close: () => threads.close(),
  };
}
