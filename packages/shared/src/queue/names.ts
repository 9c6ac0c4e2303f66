import { importKind, jobKinds } from "../jobs/contracts.ts";

/** The queue of a kind, or of import chunks. */
export function queueFor(kind: string): string {
  return kind === importKind ? importQueue : kind;
}

export const importQueue = "imports";

/** Every queue there is. */
export const queueNames: readonly string[] = [importQueue, ...jobKinds];

/** The prefix of a queue's keys. The braces keep one queue in one slot of a Redis Cluster. */
export function queuePrefix(namespace: string, queue: string): string {
  return `{${namespace}:${queue}}`;
}
