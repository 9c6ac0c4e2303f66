import type { Dataset } from "@longshore/shared/datasets/define-dataset";
import type { ClientTransaction } from "@longshore/shared/db/transact-on-client";

/** Where the rows of a chunk go, and whose they are. */
export type Target = ClientTransaction & { dataset: Dataset; tenant: string };
