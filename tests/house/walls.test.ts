import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScratchHouse, projectRoot } from "./scratch-house.ts";

/** What a room refuses, by the words of the refusal, and what it lets in although it is near to that. */
type Wall = { room: string; refuses: Record<string, string[]>; allows: string[]; allowsTypes?: string[] };

const walls: Wall[] = [
  {
    room: "apps/api/src/http",
    refuses: {
      "http knows HTTP and no domain": [
        "@longshore/shared/db/schema",
        "@longshore/shared/queue/names",
        "@longshore/shared/jobs/contracts",
        "@longshore/shared/datasets/datasets",
        "@longshore/shared/status/job-view",
        "@longshore/shared/records/slice-records",
        "@longshore/shared/micro-batch",
      ],
      "http knows no routes and no services": ["../routes/jobs.ts", "../services/get-job.ts"],
    },
    allows: [
      "@longshore/shared/errors",
      "@longshore/shared/logger",
      "@longshore/shared/tracing/tracing",
      "@longshore/shared/validation/validate",
      "./route.ts",
      "express",
    ],
  },
  {
    room: "apps/api/src/http/body",
    refuses: { "http knows no routes and no services": ["../../routes/jobs.ts", "../../services/get-job.ts"] },
    allows: ["../route.ts"],
  },
  {
    room: "apps/api/src/routes",
    refuses: {
      "A route leaves PostgreSQL and Redis to a service": [
        "@longshore/shared/db/schema",
        "@longshore/shared/queue/names",
      ],
      "A route is a declaration": ["express"],
    },
    allows: ["../http/route.ts", "../services/get-job.ts", "@longshore/shared/jobs/contracts"],
    allowsTypes: ["@longshore/shared/db/schema", "@longshore/shared/queue/names", "express"],
  },
  {
    room: "apps/api/src/services",
    refuses: { "A service knows no requests": ["express", "../http/route.ts", "../routes/jobs.ts"] },
    allows: ["./stage-import.ts", "@longshore/shared/db/schema", "@longshore/shared/queue/create-producer"],
  },
  {
    room: "apps/worker/src/jobs",
    refuses: {
      "A handler knows no queue": [
        "bullmq",
        "ioredis",
        "@longshore/shared/queue/create-producer",
        "../runtime/queue-worker.ts",
        "../imports/run-chunk.ts",
      ],
    },
    allows: ["./define-handler.ts", "@longshore/shared/jobs/contracts", "kysely"],
  },
  {
    room: "apps/worker/src/imports",
    refuses: { "do not know each other": ["../jobs/handlers.ts", "../jobs/define-handler.ts"] },
    allows: ["../runtime/queue-worker.ts", "@longshore/shared/jobs/contracts"],
  },
  {
    room: "apps/worker/src/runtime",
    refuses: { "runtime/ runs what it is given": ["../imports/run-chunk.ts", "../jobs/handlers.ts"] },
    allows: ["../jobs/define-handler.ts", "@longshore/shared/jobs/contracts", "bullmq"],
  },
];

/** Every folder of sources there is: a new room stands behind the wall of the whole house from its first day. */
const rooms = globSync("{apps,packages}/*/src/**", { cwd: projectRoot, withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((folder) => relative(projectRoot, join(folder.parentPath, folder.name)))
  .toSorted();

const outOfBounds = [
  "@longshore/api/app",
  "@longshore/worker/worker",
  "@longshore/stack/config",
  "../../worker/src/config.ts",
  "../../../../api/src/config.ts",
  "../../../packages/stack/src/config.ts",
  "../../../packages/shared/src/errors.ts",
];

/** A file that must not be, the rule that looks at it, and the lines in which that must find something. */
type Case = { fact: string; file: string; text: string; rule: string; lines: number[]; message?: string };

const cases: Case[] = [];

function imports(fact: string, room: string, text: string[], refused: boolean, message = ""): void {
  const lines = refused ? text.map((_statement, index) => index + 1) : [];
  const file = `${room}/file-${cases.length}.ts`;
  cases.push({ fact, file, text: text.join("\n"), rule: "no-restricted-imports", lines, message });
}

const asValue = (path: string) => [`import "${path}";`, `export * from "${path}";`, `await import("${path}");`];
const asType = (path: string) => [`import type { T } from "${path}";`, `export type { U } from "${path}";`];

for (const { room, refuses, allows, allowsTypes = [] } of walls) {
  for (const [message, paths] of Object.entries(refuses)) {
    for (const path of paths) imports(`${room} refuses ${path}`, room, asValue(path), true, message);
    const untyped = paths.filter((path) => !allowsTypes.includes(path));
    for (const path of untyped) imports(`${room} refuses types of ${path}`, room, asType(path), true, message);
  }
  for (const path of allows) imports(`${room} allows ${path}`, room, [...asValue(path), ...asType(path)], false);
  for (const path of allowsTypes) imports(`${room} allows types of ${path}`, room, asType(path), false);
}
for (const room of rooms) {
  const text = outOfBounds.map((path) => `import "${path}";`);
  imports(`${room} refuses the other homes`, room, text, true, "never to another app or the stack, never back");
}

const readEnvironment =
  'export const a = process.env.A;\nexport const { env } = process;\nexport const b = process["env"];';
cases.push(
  {
    fact: "the environment is not read outside of a config.ts",
    file: "apps/api/src/services/read-environment.ts",
    text: readEnvironment,
    rule: "no-restricted-properties",
    lines: [1, 2, 3],
    message: "read in a config.ts",
  },
  {
    fact: "the environment may be read in a config.ts",
    file: "apps/api/src/config.ts",
    text: readEnvironment,
    rule: "no-restricted-properties",
    lines: [],
  },
  {
    fact: "a promise that nobody waits for is found, so types are looked at",
    file: "apps/worker/src/runtime/forget.ts",
    text: "export function forget(): void {\n  Promise.resolve();\n}",
    rule: "no-floating-promises",
    lines: [2],
  },
  {
    fact: "an import inside of a type, which the walls do not see, is refused by itself",
    file: "apps/worker/src/jobs/import-in-type.ts",
    text: 'export type Job = import("bullmq").Job;',
    rule: "consistent-type-imports",
    lines: [1],
  },
);

type Finding = { code: string; filename: string; help?: string; labels: { span: { line: number } }[] };

describe("the linter", () => {
  const house = createScratchHouse();
  afterAll(() => house.remove());

  let findings: Finding[];
  beforeAll(async () => {
    for (const { file, text } of cases) house.write(file, `${text}\n`);
    const report = await house.run("oxlint", ["--format=json", "apps", "packages"]);
    findings = (JSON.parse(report) as { diagnostics: Finding[] }).diagnostics;
  });

  test.each(cases)("$fact", ({ file, rule, lines, message = "" }) => {
    const found = findings.filter(({ filename, code }) => filename === file && code.endsWith(`(${rule})`));
    const foundIn = found.map(({ labels }) => labels[0]!.span.line);
    expect(foundIn.toSorted((a, b) => a - b)).toEqual(lines);
    for (const { help } of found) expect(help).toContain(message);
  });
});

test("the compiler refuses an app that imports another one", async () => {
  const house = createScratchHouse();
  try {
    house.write("packages/shared/src/errors.ts", "export const shared = 1;");
    house.write("apps/worker/src/worker.ts", "export const worker = 1;");
    house.write("apps/api/src/app.ts", "export const api = 1;");
    expect(await house.run("tsc", ["-b", "apps/api"])).toBe("");

    house.write(
      "apps/api/src/app.ts",
      'import { worker } from "../../worker/src/worker.ts";\nexport const api = worker;',
    );
    expect(await house.run("tsc", ["-b", "apps/api"])).toContain("worker.ts' is not under 'rootDir'");
  } finally {
    house.remove();
  }
});
