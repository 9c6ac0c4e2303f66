import { sql, type RawBuilder } from "kysely";
import { isTerminal, jobStateSchema } from "@longshore/shared/status/job-state";
import { firstIdAt } from "./first-id-at.ts";
import type { JobFilter } from "./job-filter.ts";
import { toTextQuery } from "./to-text-query.ts";

export type Sql = RawBuilder<unknown>;

/** A filter in SQL. */
export type JobConditions = {
  /** All of it but tags and text. */
  common: Sql;
  /**
   * The same, in parts that each are one stretch of an index in the order of ids: so the newest of each are read from the
   * stretch's end, and only as many as are asked for.
   */
  stretches: Sql[];
  /** What is asked of tags and text, if anything is. */
  content: Sql | undefined;
  hasText: boolean;
};

const outcomes = jobStateSchema.options.filter(isTerminal);

/** Says a filter in SQL. `after` leaves out the jobs that were listed before. */
export function jobConditions(filter: JobFilter, after: string | undefined): JobConditions {
  const { tenant, kind, states, tags, createdAfter, createdBefore, q } = filter;
  const base = and([
    sql`tenant = ${tenant}`,
    kind !== undefined && sql`kind = ${kind}`,
    createdAfter && sql`id >= ${firstIdAt(createdAfter)}::uuid`,
    createdBefore && sql`id < ${firstIdAt(createdBefore)}::uuid`,
    after !== undefined && sql`id < ${after}::uuid`,
  ]);
  const ends = states?.filter(isTerminal) ?? outcomes;
  const isOpen = and([sql`outcome is null`, states && sql`state = any(${states}::text[])`]);
  const isOver = sql`outcome = any(${ends}::text[])`;
  const stretches = ends.map((outcome) => and([base, sql`outcome = ${outcome}`]));
  if (!states?.every(isTerminal)) stretches.push(and([base, isOpen]));
  const hasTags = tags && sql`tags @> ${JSON.stringify(tags)}::jsonb and tags <> '{}'`;
  const hasWords = q !== undefined && sql`job_words(kind, payload, tags, error) @@ ${toTextQuery(q)}`;
  return {
    common: and([base, states && (states.every(isTerminal) ? isOver : sql`(${isOver} or ${isOpen})`)]),
    stretches,
    content: hasTags || hasWords ? and([hasTags, hasWords]) : undefined,
    hasText: q !== undefined,
  };
}

export function and(conditions: readonly (Sql | false | undefined)[]): Sql {
  return sql.join(
    conditions.filter((condition) => condition !== false && condition !== undefined),
    sql` and `,
  );
}
