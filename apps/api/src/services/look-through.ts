import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { JobConditions } from "./job-conditions.ts";
import { newestOf } from "./newest-of.ts";

/**
 * Looks at each of the newest `most` jobs for tags and text. Undefined if those do not fill the page although there are
 * older ones.
 */
export async function lookThrough(
  db: Db,
  conditions: JobConditions,
  { limit, most }: { limit: number; most: number },
): Promise<string[] | undefined> {
  const { rows } = await sql<{ looked: number; ids: string[] }>`
    with looked as materialized (${newestOf(conditions, most)})
    select (select count(*) from looked) as looked, array(
      select looked.id
      from looked cross join lateral (select from jobs where jobs.id = looked.id and ${conditions.content!} offset 0) as job
      order by looked.id desc limit ${limit}
    ) as ids`.execute(db);
  const { looked, ids } = rows[0]!;
  return ids.length === limit || looked < most ? ids : undefined;
}
