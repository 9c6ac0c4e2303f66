import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../src/config.ts";
import { captureOutput } from "../src/process/capture-output.ts";
import { writeJob } from "../src/scaffold/write-job.ts";

const maps = ["packages/shared/src/jobs/contracts.ts", "apps/worker/src/jobs/handlers.ts"];
const folders = [...maps.map((path) => dirname(path)), "apps/worker/tests"];

/** The part of the checkout that a new kind is written into, in a folder of its own. */
function copyCheckout(): string {
  const root = mkdtempSync(join(tmpdir(), "longshore-new-job-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const path of [...folders, ".oxfmtrc.json"]) {
    cpSync(join(projectRoot, path), join(root, path), { recursive: true });
  }
  return root;
}

test("a new kind has a contract, a handler, a test and its lines in both maps, all formatted", async () => {
  const root = copyCheckout();
  const paths = writeJob("reports.build", root);
  expect(paths).toEqual([
    "packages/shared/src/jobs/reports-build.ts",
    "apps/worker/src/jobs/reports-build.ts",
    "apps/worker/tests/reports-build.test.ts",
    ...maps,
  ]);

  const added = maps.map((path) => {
    const before = new Set(readFileSync(join(projectRoot, path), "utf8").split("\n"));
    return readFileSync(join(root, path), "utf8")
      .split("\n")
      .filter((line) => !before.has(line));
  });
  expect(added).toEqual([
    ['import { reportsBuild } from "./reports-build.ts";', '  "reports.build": reportsBuild,'],
    ['import { handleReportsBuild } from "./reports-build.ts";', '    "reports.build": handleReportsBuild,'],
  ]);

  const oxfmt = join(projectRoot, "node_modules/.bin/oxfmt");
  expect(await captureOutput(oxfmt, ["--check", ...paths], { cwd: root })).toMatchObject({ isOk: true });
});

test.each([
  ["sleep", '"sleep" is no name for a kind'],
  ["urls.fetch", "There is packages/shared/src/jobs/urls-fetch.ts already"],
])("%s is refused, and nothing is written", (kind, message) => {
  const root = copyCheckout();
  expect(() => writeJob(kind, root)).toThrow(message);
  for (const path of maps) {
    expect(readFileSync(join(root, path), "utf8")).toBe(readFileSync(join(projectRoot, path), "utf8"));
  }
});

test("two kinds cannot have the same files", () => {
  const root = copyCheckout();
  writeJob("reports.build-all", root);
  expect(() => writeJob("reports-build.all", root)).toThrow("reports-build-all.ts already");
});
