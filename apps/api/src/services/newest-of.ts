import { sql } from "kysely";
import type { JobConditions, Sql } from "./job-conditions.ts";

/** Reads so many ids from the end of each stretch, and takes the newest of those. */
export function newestOf({ stretches }: JobConditions, limit: number): Sql {
  const ends = stretches.map((stretch) => sql`(select id from jobs where ${stretch} order by id desc limit ${limit})`);
  return sql`select id from (${sql.join(ends, sql` union all `)}) as ends order by id desc limit ${limit}`;
}
