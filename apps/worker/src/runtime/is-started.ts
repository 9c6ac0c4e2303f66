import { sql } from "kysely";

/**
 * Whether a worker has the job. Said by a `case`, which no index can answer: the rows are found by their ids, whatever the
 * statistics make of how many are running.
 */
export const isStarted = sql<boolean>`case jobs.state when 'running' then true when 'cancelling' then true else false end`;
