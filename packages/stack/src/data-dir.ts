import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Where things live under the data directory. */
export function pidFileOf(dataDir: string, name: string): string {
  return join(dataDir, "run", `${name}.pid`);
}

export function logFileOf(dataDir: string, name: string): string {
  return join(dataDir, "logs", `${name}.log`);
}

/** Makes the data directory. One that root makes may be passed through, or PostgreSQL's user could not reach its part. */
export function createDataDir(dataDir: string): void {
  if (existsSync(dataDir)) return;
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o711);
}
