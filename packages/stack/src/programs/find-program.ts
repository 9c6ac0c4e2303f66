import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { searchPath } from "../config.ts";

/** The first of these programs that is on the PATH, or where package managers put servers. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = [...searchPath().split(delimiter), "/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/usr/bin"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
