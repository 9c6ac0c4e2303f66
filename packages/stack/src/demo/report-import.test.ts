import type { JobView } from "@longshore/shared/status/job-view";
import { expect, test } from "vitest";
import { reportImport } from "./report-import.ts";

const counts = { received: 1_200, inserted: 1_000, updated: 0, skipped: 150, rejected: 50 };
const job = { state: "partially_succeeded", counts, error: null } as JobView;

function report(rowsInTable: number, startedEmpty = true): string {
  const said: string[] = [];
  reportImport({ job, seconds: 2, rowsInTable, startedEmpty }, (line) => said.push(line));
  return said.join("\n");
}

test("a report has every count, the rate, and agrees with the table", () => {
  expect(report(1_000)).toBe(
    [
      "1,200 rows read in 2.0 s (600 rows/s): the import partially_succeeded",
      "  1,000 inserted, 0 updated, 150 skipped, 50 rejected",
      "  select count(*) from cities: 1,000, as counted",
    ].join("\n"),
  );
});

test("a report says so when the table holds other than was counted", () => {
  expect(report(999)).toContain("999, NOT the 1,000 counted");
});

test("a report of a resumed import does not expect the table to hold nothing else", () => {
  expect(report(1_700, false)).toMatch(/cities: 1,700$/);
});
