import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isReachable } from "./is-reachable.ts";

const stranger = { name: "stranger", uid: 54_321, gid: 54_321 };

test("a directory is in a stranger's reach only when every directory above it lets strangers pass", () => {
  const top = mkdtempSync(join(tmpdir(), "longshore-reach-"));
  onTestFinished(() => rmSync(top, { recursive: true }));
  const nested = join(top, "nested");
  mkdirSync(nested);

  chmodSync(top, 0o711);
  expect(isReachable(nested, stranger)).toBe(true);
  chmodSync(nested, 0o750);
  expect(isReachable(nested, stranger)).toBe(false);
  chmodSync(nested, 0o711);
  chmodSync(top, 0o700);
  expect(isReachable(nested, stranger)).toBe(false);
});
