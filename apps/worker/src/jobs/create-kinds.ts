import { contracts } from "@longshore/shared/jobs/contracts";
import type { JobContract } from "@longshore/shared/jobs/define-job";
import type { JobHandler } from "./define-handler.ts";
import { createHandlers, type HandlerSettings } from "./handlers.ts";

/** A kind and its handler; without one it runs in a thread, which has the handlers of such kinds. */
export type WorkerKind = { contract: JobContract; handler?: JobHandler };

export type KindSettings = HandlerSettings & {
  /** Slots by kind, instead of what the contract says. */
  concurrency?: Readonly<Record<string, number>> | undefined;
};

/** Every kind that this worker serves. */
export function createKinds({ concurrency, ...settings }: KindSettings): WorkerKind[] {
  const handlers = createHandlers(settings) as Partial<Record<string, JobHandler>>;
  return Object.values<JobContract>(contracts).map((declared) => {
    const contract = { ...declared, concurrency: concurrency?.[declared.kind] ?? declared.concurrency };
    const handler = handlers[contract.kind];
    return handler ? { contract, handler } : { contract };
  });
}
