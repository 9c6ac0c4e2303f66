import type { Contracts } from "@longshore/shared/jobs/contracts";
import type { JobHandler } from "./define-handler.ts";
import { handleSleep } from "./sleep.ts";
import { handleUsersProcess } from "./users-process.ts";

/** The handler of every kind: a kind without one does not compile. */
export const handlers: { [Kind in keyof Contracts]: JobHandler<Contracts[Kind]> } = {
  sleep: handleSleep,
  "users.process": handleUsersProcess,
};
