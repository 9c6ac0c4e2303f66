import { sql, type Transaction } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import type { Database } from "@longshore/shared/db/schema";
import { and, type JobConditions } from "./job-conditions.ts";

type Found = { id: string };

/** Of the jobs that are not over, a text search looks at so many: no index holds their words. */
const openSearched = 10_000;

/** Finds the newest jobs with certain tags and text by the indexes that hold those. Undefined if more than `most` have them. */
export async function findByContent(
  db: Db,
  conditions: JobConditions,
  { limit, most }: { limit: number; most?: number },
): Promise<string[] | undefined> {
  return db.transaction().execute(async (trx) => {
    const found = conditions.hasText ? await searchOpen(trx, conditions, limit) : [];
    // PostgreSQL has no idea how many rows a text search finds, and would rather read the whole table.
    await sql`select set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true),
      set_config('work_mem', '64MB', true)`.execute(trx);
    const indexed = await findIndexed(trx, conditions, most === undefined ? { newest: limit } : { any: most + 1 });
    if (most !== undefined && indexed.length > most) return undefined;
    const ids = [...found, ...indexed].map(({ id }) => id);
    return ids.toSorted().toReversed().slice(0, limit);
  });
}

async function findIndexed(
  trx: Transaction<Database>,
  { common, content, hasText }: JobConditions,
  wanted: { any: number } | { newest: number },
): Promise<Found[]> {
  const which = "any" in wanted ? sql`limit ${wanted.any}` : sql`order by id desc limit ${wanted.newest}`;
  const { rows } = await sql<Found>`
    select id from jobs where ${and([common, content, hasText && sql`outcome is not null`])} ${which}`.execute(trx);
  return rows;
}

async function searchOpen(
  trx: Transaction<Database>,
  { common, content }: JobConditions,
  limit: number,
): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select id from (
      select * from jobs where ${common} and outcome is null order by id desc limit ${openSearched}
    ) as open
    where ${content!} order by id desc limit ${limit}`.execute(trx);
  return rows;
}
