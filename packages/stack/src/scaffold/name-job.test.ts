import { describe, expect, test } from "vitest";
import { nameJob } from "./name-job.ts";

describe("nameJob", () => {
  test("calls everything after the kind", () => {
    expect(nameJob("credit-notes.send2")).toEqual({
      kind: "credit-notes.send2",
      file: "credit-notes-send2",
      contract: "creditNotesSend2",
      handler: "handleCreditNotesSend2",
    });
  });

  test.each(["a.b", "reports.build.daily", `x.${"y".repeat(58)}`])("takes %s", (kind) => {
    expect(nameJob(kind).kind).toBe(kind);
  });

  test.each([
    "reports",
    "reports-build",
    "Reports.build",
    "reports.",
    ".build",
    "reports..build",
    "reports.2",
    "reports.build.",
    "reports/build",
    "../etc.passwd",
    "reports.build;",
    "réports.build",
    "reports:build.x",
    `x.${"y".repeat(59)}`,
  ])("refuses %j", (kind) => {
    expect(() => nameJob(kind)).toThrow(`"${kind}" is no name for a kind`);
  });
});
