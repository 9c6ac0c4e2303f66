import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "./scratch-house.ts";

const page = readFileSync(join(projectRoot, "docs/guarantees.md"), "utf8");
const sections = page.split(/^## (?=G\d+$)/m).slice(1);
const titleOf = (section: string) => /^G\d+/.exec(section)![0];

/** `file`: "the name of a test, as the file has it". */
const testsIn = (section: string) =>
  [...section.matchAll(/^- `([^`]+\.test\.ts)`: "(.+)"$/gm)].map(([, file, name]) => ({ file: file!, name: name! }));

describe("the page on what is promised", () => {
  test("lists eleven promises, each with a section", () => {
    const listed = [...page.matchAll(/^\| (G\d+)/gm)].map(([, promise]) => promise);
    expect(listed).toHaveLength(11);
    expect(sections.map(titleOf)).toEqual(listed);
  });

  test.each(sections.map((section) => [titleOf(section), section] as const))(
    "names tests of %s that there are",
    (_promise, section) => {
      const tests = testsIn(section);
      expect(tests.length).toBeGreaterThan(0);
      expect(tests).toHaveLength(section.match(/^- `/gm)!.length);
      const missing = tests.filter(({ file, name }) => {
        const path = join(projectRoot, file);
        return !existsSync(path) || !readFileSync(path, "utf8").includes(`"${name}"`);
      });
      expect(missing).toEqual([]);
    },
  );
});
