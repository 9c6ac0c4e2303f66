import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readApiConfig } from "../../apps/api/src/config.ts";
import { readWorkerConfig } from "../../apps/worker/src/config.ts";
import { rejectCodes } from "@longshore/shared/imports/reject-codes";
import { projectRoot } from "./scratch-house.ts";

const pages = globSync(["*.md", "docs/**/*.md"], { cwd: projectRoot }).toSorted();
const read = (page: string) => readFileSync(join(projectRoot, page), "utf8");

/** A heading's anchor, as GitHub makes it. */
const anchorsOf = (page: string) =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

describe.each(pages)("%s", (page) => {
  test("links to what is there", () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
    const broken = links.filter(([, path, anchor]) => {
      const target = path ? join(dirname(page), path) : page;
      return !existsSync(join(projectRoot, target)) || (anchor && !anchorsOf(target).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test("speaks of files that are there", () => {
    const prose = read(page).replaceAll(/^ *```.*?^ *```/gms, "");
    const named = [...prose.matchAll(/`((?:apps|packages|tests|scripts)\/[^`\s]+)`/g)].map(([, path]) => path!);
    // What a guide tells its reader to make is not there yet.
    const existing = named.filter((path) => !page.startsWith("docs/add-a-") || !/\/0002-/.test(path));
    expect(existing.filter((path) => globSync(path, { cwd: projectRoot }).length === 0)).toEqual([]);
  });
});

test("a walk through the house meets no file by a name that it does not have", () => {
  const names = [...read("docs/architecture.md").matchAll(/`([a-z-]+\.ts)`/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => globSync(`apps/*/src/**/${name}`, { cwd: projectRoot }).length === 0)).toEqual([]);
});

test("the page on imports explains each code of a reject, and no other", () => {
  const [, byRow = ""] = read("docs/imports.md").split(/^## Refused as a whole.*$/m);
  const listed = [...byRow.split(/^## /m)[0]!.matchAll(/^\| `([a-z_]+)` *\|/gm)].map(([, code]) => code!);
  expect(listed.filter((code) => code !== "_code").toSorted()).toEqual(rejectCodes.toSorted());
});

describe("the configuration page", () => {
  const required = { DATABASE_URL: "postgres://127.0.0.1/longshore", REDIS_URL: "redis://127.0.0.1" };
  const defaultsOf = (config: object) =>
    Object.entries({ ...config, DATABASE_URL: "required", REDIS_URL: "required" }).map(
      ([name, value]: [string, string | number | object]) => `${name} ${show(value)}`,
    );

  const show = (value: string | number | object) =>
    typeof value === "object" ? Object.entries(value).join() : `${value}`;

  const [, both = "", api = "", worker = ""] = read("docs/configuration.md").split(/^## .+$/m);
  const listedIn = (...sections: string[]) =>
    sections.flatMap((section) =>
      [...section.matchAll(/^\| `(\w+)` *\| (\S*) *\|/gm)].map(([, name, value]) => `${name} ${value}`),
    );

  test("lists what the API reads, with its defaults", () => {
    expect(listedIn(both, api).toSorted()).toEqual(defaultsOf(readApiConfig(required)).toSorted());
  });

  test("lists what the worker reads, with its defaults", () => {
    expect(listedIn(both, worker).toSorted()).toEqual(defaultsOf(readWorkerConfig(required)).toSorted());
  });
});
