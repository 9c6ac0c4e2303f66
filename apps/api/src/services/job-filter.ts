import type { JobState } from "@longshore/shared/status/job-state";

/** Which jobs a list is of: those that meet all that is given. */
export type JobFilter = {
  tenant: string;
  kind?: string | undefined;
  /** One of these. */
  states?: readonly JobState[] | undefined;
  /** All of these. */
  tags?: Readonly<Record<string, string>> | undefined;
  /** Created at this time or later. */
  createdAfter?: Date | undefined;
  /** Created before this time. */
  createdBefore?: Date | undefined;
  /** Each word of it must begin a word of the kind, the payload, a tag or the error. */
  q?: string | undefined;
};
