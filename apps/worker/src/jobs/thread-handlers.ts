import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { JobHandler } from "./define-handler.ts";
import { handleRecordsTransform } from "./records-transform.ts";

export type ThreadKind = {
  [Kind in keyof Contracts]: Contracts[Kind] extends { thread?: true } ? Kind : never;
}[keyof Contracts];

/** The handler of every kind that says `thread: true`: a kind without one does not compile. */
export const threadHandlers: { [Kind in ThreadKind]: JobHandler<Contracts[Kind]> } = {
  "records.transform": handleRecordsTransform,
};
