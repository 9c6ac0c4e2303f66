import { sleep } from "./sleep.ts";
import { usersProcess } from "./users-process.ts";
import type { JobContract } from "./define-job.ts";

/** Every kind that a client may submit. The worker's `handlers.ts` has a line for each, or it does not compile. */
export const contracts = {
  sleep,
  "users.process": usersProcess,
} as const satisfies Record<string, JobContract>;

export type Contracts = typeof contracts;
export type JobKind = keyof Contracts;

export const jobKinds = Object.keys(contracts) as JobKind[];

/** The contract of that kind, if there is one. */
export function findContract(kind: string): JobContract | undefined {
  return Object.hasOwn(contracts, kind) ? contracts[kind as JobKind] : undefined;
}

/** The kind of the jobs that write rows into a dataset. Clients start them through the import route. */
export const importKind = "import";
