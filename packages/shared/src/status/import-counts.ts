import { z } from "zod";
import type { ImportRow, JobRow } from "../db/schema.ts";
import { isTerminal } from "./job-state.ts";
import type { Progress } from "./progress.ts";

/** What became of an import's rows. */
export const importCountsSchema = z.object({
  received: z.number().int(),
  inserted: z.number().int(),
  updated: z.number().int(),
  skipped: z.number().int(),
  rejected: z.number().int(),
  pending: z
    .number()
    .int()
    .describe("Rows that are not applied yet, or never will be because the import was ended early."),
});

type CountedImport = Pick<
  ImportRow,
  "rows_received" | "rows_inserted" | "rows_updated" | "rows_skipped" | "rows_rejected"
>;

export function importCounts(row: CountedImport): z.infer<typeof importCountsSchema> {
  return {
    received: row.rows_received,
    inserted: row.rows_inserted,
    updated: row.rows_updated,
    skipped: row.rows_skipped,
    rejected: row.rows_rejected,
    pending: row.rows_received - settledRows(row),
  };
}

/** How far an import is and how fast it goes; `now` dates its rate and the estimate. */
export function importProgress(
  job: Pick<JobRow, "state" | "started_at" | "finished_at">,
  row: CountedImport,
  now: Date,
): Progress {
  const total = row.rows_received;
  const done = settledRows(row);
  const seconds = job.started_at ? ((job.finished_at ?? now).getTime() - job.started_at.getTime()) / 1_000 : 0;
  const rowsPerSecond = seconds > 0 && done > 0 ? Math.round(done / seconds) : null;
  const running = !isTerminal(job.state);
  return {
    done,
    total,
    unit: "rows",
    ratio: total > 0 ? Math.min(1, done / total) : 0,
    rowsPerSecond,
    etaSeconds: running && rowsPerSecond ? Math.round(((total - done) / rowsPerSecond) * 10) / 10 : null,
  };
}

function settledRows(row: CountedImport): number {
  return row.rows_inserted + row.rows_updated + row.rows_skipped + row.rows_rejected;
}
