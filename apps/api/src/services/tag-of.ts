import { hash } from "node:crypto";

type Tagged = {
  revision: number;
  isOver: boolean;
  /** Of an import; null for any other job. */
  chunksDone: number | null;
  /** What a running handler reported. */
  reported?: string | undefined;
};

/**
 * The entity tag of a job's view. Its revision names it, together with what may change without one: the counts of an
 * import under way, whose tag is a weak one since its rates follow the clock, and what a handler reports.
 */
export function tagOf({ revision, isOver, chunksDone, reported }: Tagged): string {
  if (isOver) return `"${revision}"`;
  if (chunksDone !== null) return `W/"${revision}.${chunksDone}"`;
  return reported ? `"${revision}.${hash("sha1", reported, "base64url").slice(0, 12)}"` : `"${revision}"`;
}
