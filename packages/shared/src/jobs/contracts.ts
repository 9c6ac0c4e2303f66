import { recordsTransform } from "./records-transform.ts";
import { sleep } from "./sleep.ts";
import { urlsFetch } from "./urls-fetch.ts";
import { usersProcess } from "./users-process.ts";
import { webhookDeliver } from "./webhook-deliver.ts";
import type { JobContract } from "./define-job.ts";

/** Every kind of job. The worker's `handlers.ts` has a line for each, or it does not compile. */
export const contracts = {
  "records.transform": recordsTransform,
  sleep,
  "urls.fetch": urlsFetch,
  "users.process": usersProcess,
  "webhook.deliver": webhookDeliver,
} as const satisfies Record<string, JobContract>;

export type Contracts = typeof contracts;
export type JobKind = keyof Contracts;

export const jobKinds = Object.keys(contracts) as JobKind[];

/** The contracts of the kinds that a client may submit. */
export const clientContracts = Object.values<JobContract>(contracts).filter(({ internal }) => !internal);
export const clientKinds = clientContracts.map(({ kind }) => kind);

/** The contract of that kind, if there is one. */
export function findContract(kind: string): JobContract | undefined {
  return Object.hasOwn(contracts, kind) ? contracts[kind as JobKind] : undefined;
}

/** The kind of the jobs that write rows into a dataset. Clients start them through the import route. */
export const importKind = "import";
