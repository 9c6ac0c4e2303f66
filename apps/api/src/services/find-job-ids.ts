import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { findByContent } from "./find-by-content.ts";
import { jobConditions } from "./job-conditions.ts";
import type { JobFilter } from "./job-filter.ts";
import { lookThrough } from "./look-through.ts";
import { newestOf } from "./newest-of.ts";

export type IdPage = { limit: number; after: string | undefined };

/**
 * Finds the newest jobs that meet a filter, by their ids in falling order, which is that of their creation.
 *
 * Tags and words are in indexes that know no order. What many jobs have is soon found among the newest; what few have is
 * soon found by its index, and sorted. PostgreSQL would have to guess which it is, and pay for a wrong guess with a walk
 * through all jobs; so it is found out step by step, each of which has a bound.
 */
export async function findJobIds(db: Db, filter: JobFilter, { limit, after }: IdPage): Promise<string[]> {
  const conditions = jobConditions(filter, after);
  if (!conditions.content) {
    const { rows } = await sql<{ id: string }>`${newestOf(conditions, limit)}`.execute(db);
    return rows.map(({ id }) => id);
  }
  return (
    (await lookThrough(db, conditions, { limit, most: 2_000 })) ??
    (await findByContent(db, conditions, { limit, most: 5_000 })) ??
    (await lookThrough(db, conditions, { limit, most: 6_000 })) ??
    (await lookThrough(db, conditions, { limit, most: 30_000 })) ??
    (await findByContent(db, conditions, { limit })) ??
    []
  );
}
