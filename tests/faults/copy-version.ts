import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { writeJob } from "@longshore/stack/scaffold/write-job";

const root = resolve(import.meta.dirname, "../..");

export type Version = Disposable & { root: string };

/** Another version of this checkout, which has one more kind of job: written as `npm run new:job` does it. */
export function copyVersion({ version, kind }: { version: string; kind: string }): Version {
  const copy = mkdtempSync(join(tmpdir(), "longshore-version-"));
  for (const folder of ["apps", "packages"]) {
    // The links in their node_modules are relative: in the copy they lead to the copy's packages, and to the links made below.
    cpSync(join(root, folder), join(copy, folder), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => basename(path) !== "dist",
    });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const app of ["api", "worker"]) setVersion(join(copy, "apps", app, "package.json"), version);
  writeJob(kind, copy);
  return { root: copy, [Symbol.dispose]: () => rmSync(copy, { recursive: true }) };
}

function setVersion(file: string, version: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
}
