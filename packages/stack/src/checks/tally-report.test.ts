import { describe, expect, test } from "vitest";
import { tallyReport } from "./tally-report.ts";

function report(...files: { status: string; tests: string[] }[]): string {
  const testResults = files.map(({ status, tests }) => ({
    status,
    assertionResults: tests.map((outcome) => ({ status: outcome })),
  }));
  return JSON.stringify({ testResults });
}

describe("tallyReport", () => {
  test("counts the tests of all files", () => {
    const json = report(
      { status: "passed", tests: ["passed", "passed", "skipped"] },
      { status: "failed", tests: ["failed", "passed"] },
    );
    expect(tallyReport(json)).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  test("counts a file that did not load as a failure", () => {
    expect(tallyReport(report({ status: "failed", tests: [] }))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("counts a missing report as a failure", () => {
    expect(tallyReport(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
