import type { JobView } from "@longshore/shared/status/job-view";
import type { Say } from "../terminal/say.ts";

export type ImportOutcome = { job: JobView; seconds: number; rowsBefore: number; rowsAfter: number };

/** Says what became of an import's rows, and whether the table agrees with the counts. */
export function reportImport({ job, seconds, rowsBefore, rowsAfter }: ImportOutcome, say: Say): void {
  const { received, inserted, updated, skipped, rejected } = job.counts!;
  const rate = Math.round(received / seconds);
  say(`${format(received)} rows read in ${seconds.toFixed(1)} s (${format(rate)} rows/s): the import ${job.state}`);
  say(
    `  ${format(inserted)} inserted, ${format(updated)} updated, ${format(skipped)} skipped, ${format(rejected)} rejected`,
  );
  say(`  select count(*) from cities: ${format(rowsAfter)}, ${compare(rowsAfter, rowsBefore + inserted)}`);
  if (job.error) say(`  ${job.error.code}: ${job.error.message}`);
}

function compare(actual: number, expected: number): string {
  return actual === expected ? "as counted" : `NOT the ${format(expected)} that were counted`;
}

function format(count: number): string {
  return count.toLocaleString("en");
}
