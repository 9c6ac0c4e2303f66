import { z } from "zod";

export type Tally = { passed: number; failed: number; skipped: number };

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/**
 * Counts the tests in the text of vitest's JSON report. A file that failed without a failed test (it did not load, or a
 * hook threw) counts as one failure, and so does a report that was never written.
 */
export function tallyReport(json: string | undefined): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  if (json === undefined) return { ...tally, failed: 1 };

  for (const file of reportSchema.parse(JSON.parse(json)).testResults) {
    const statuses = file.assertionResults.map(({ status }) => status);
    const failed = statuses.filter((status) => status === "failed").length;
    const passed = statuses.filter((status) => status === "passed").length;
    tally.failed += file.status === "failed" ? Math.max(failed, 1) : failed;
    tally.passed += passed;
    tally.skipped += statuses.length - failed - passed;
  }
  return tally;
}
