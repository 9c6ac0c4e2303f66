import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const projectRoot = resolve(import.meta.dirname, "../..");

/** What decides how the house is linted and compiled. */
const rules = [
  ".oxlintrc.json",
  "package.json",
  "tsconfig.base.json",
  ...["apps/api", "apps/worker", "packages/shared"].flatMap((home) => [
    `${home}/package.json`,
    `${home}/tsconfig.json`,
  ]),
];

const programs = { oxlint: "oxlint/bin/oxlint", tsc: "typescript/bin/tsc" };

export type ScratchHouse = {
  write(file: string, text: string): void;
  /** Runs a program of the dependencies in it and answers what it printed. */
  run(program: keyof typeof programs, args: readonly string[]): Promise<string>;
  remove(): void;
};

/** An empty house under the rules of this one, in a folder of its own: a place for what must not stand in the real one. */
export function createScratchHouse(): ScratchHouse {
  const root = mkdtempSync(join(tmpdir(), "longshore-house-"));
  for (const file of rules) cpSync(join(projectRoot, file), join(root, file));
  symlinkSync(join(projectRoot, "node_modules"), join(root, "node_modules"));

  return {
    write(file, text) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    },
    run(program, args) {
      const command = [join(projectRoot, "node_modules", programs[program]), ...args];
      const options = { cwd: root, timeout: 30_000, maxBuffer: 16 * 1024 * 1024 };
      return new Promise((done) => {
        execFile(process.execPath, command, options, (_error, stdout, stderr) => done(stdout + stderr));
      });
    },
    remove: () => rmSync(root, { recursive: true }),
  };
}
