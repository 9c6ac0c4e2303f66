import type { JobView } from "@longshore/shared/status/job-view";
import type { Say } from "../terminal/say.ts";

export type ImportOutcome = {
  job: JobView;
  seconds: number;
  /** What the table itself holds now. */
  rowsInTable: number;
  /** Whether it began in an empty table, so that the table must hold what was inserted. */
  startedEmpty: boolean;
};

/** Says what became of an import's rows, and whether the table agrees with the counts. */
export function reportImport({ job, seconds, rowsInTable, startedEmpty }: ImportOutcome, say: Say): void {
  const { received, inserted, updated, skipped, rejected } = job.counts!;
  const rate = Math.round(received / seconds);
  say(`${format(received)} rows read in ${seconds.toFixed(1)} s (${format(rate)} rows/s): the import ${job.state}`);
  say(
    `  ${format(inserted)} inserted, ${format(updated)} updated, ${format(skipped)} skipped, ${format(rejected)} rejected`,
  );
  const agrees =
    rowsInTable === inserted ? ", as counted" : startedEmpty ? `, NOT the ${format(inserted)} counted` : "";
  say(`  select count(*) from cities: ${format(rowsInTable)}${agrees}`);
  if (job.error) say(`  ${job.error.code}: ${job.error.message}`);
}

function format(count: number): string {
  return count.toLocaleString("en");
}
