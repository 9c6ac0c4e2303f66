import { readFile } from "node:fs/promises";
import { errorTitles, type ErrorCode } from "@longshore/shared/errors";
import { expect, test } from "vitest";
import { errorGuide } from "./error-guide.ts";
import { errorStatus } from "./error-status.ts";

const page = new URL("../../../../docs/errors.md", import.meta.url);
const codes = Object.keys(errorTitles).toSorted() as ErrorCode[];

function describeCode(code: ErrorCode): string {
  const { when, remedy } = errorGuide[code];
  return `## ${code}\n\n**${errorStatus[code]}** · ${errorTitles[code]}.\n\n${when}\n\n${remedy}\n`;
}

test("docs/errors.md has the entries that the service answers with (vitest -u writes them)", async () => {
  const [introduction] = (await readFile(page, "utf8")).split(/^## /m);
  const entries = codes.map(describeCode).join("\n");
  await expect(`${introduction}${entries}`).toMatchFileSnapshot(page.pathname);
});

test("titles, statuses and explanations are of the same codes", () => {
  expect(Object.keys(errorStatus).toSorted()).toEqual(codes);
  expect(Object.keys(errorGuide).toSorted()).toEqual(codes);
});
