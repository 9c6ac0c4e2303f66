import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { createMicroBatch } from "@longshore/shared/micro-batch";
import { answerWithin } from "./answer-within.ts";
import { toLogLine } from "./log-line.ts";

const pageLines = 50;

/** Where a reader of a job's log has come to. */
type Place = { jobId: string; after: number };

/** A line of a log; `text` is its JSON. */
export type TailedLine = { seq: number; text: string };

export type TailLogs = (place: Place) => Promise<readonly TailedLine[]>;

/**
 * Reads the next lines of jobs' logs, at most 50 of each, for all readers that ask at the same time in one statement; those
 * at the same place share what it brings.
 */
export function createTailLogs(db: Db): TailLogs {
  return createMicroBatch<Place, readonly TailedLine[]>({
    maxItems: 500,
    run: (places) => answerWithin(5_000, readPlaces(db, places)),
  });
}

type Row = Place & Parameters<typeof toLogLine>[0];

async function readPlaces(db: Db, places: readonly Place[]): Promise<(readonly TailedLine[])[]> {
  const { rows } = await sql<Row>`
    select place.job_id as "jobId", place.after, line.*
    from (
      select distinct job_id, after
      from unnest(${places.map(({ jobId }) => jobId)}::uuid[], ${places.map(({ after }) => after)}::bigint[]) as p (job_id, after)
    ) as place
    cross join lateral (
      select seq, at, level, message, fields from job_logs
      where job_id = place.job_id and seq > place.after
      order by seq limit ${pageLines}
    ) as line
    order by line.seq`.execute(db);
  const pages = new Map<string, TailedLine[]>();
  for (const [key, page] of Map.groupBy(rows, keyOf)) {
    pages.set(
      key,
      page.map((row) => ({ seq: row.seq, text: JSON.stringify(toLogLine(row)) })),
    );
  }
  return places.map((place) => pages.get(keyOf(place)) ?? []);
}

function keyOf({ jobId, after }: Place): string {
  return `${jobId} ${after}`;
}
