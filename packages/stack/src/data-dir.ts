import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Where things live under the data directory. */
export function pidFileOf(dataDir: string, name: string): string {
  return join(dataDir, "run", `${name}.pid`);
}

export function logFileOf(dataDir: string, name: string): string {
  return join(dataDir, "logs", `${name}.log`);
}

/**
 * Makes the data directory. Root's is opened to pass through while it is still empty (nobody else can list it): PostgreSQL
 * runs as another user and must reach its part. All other parts are closed by themselves.
 */
export function createDataDir(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  if (process.getuid?.() === 0 && readdirSync(dataDir).length === 0) chmodSync(dataDir, 0o711);
}
