import { chmodSync, mkdirSync } from "node:fs";

const sharedFolder = "/var/lib/longshore";

/** The place for what PostgreSQL's own user must reach when the checkout or the data directory is private to root. */
export function createSharedFolder(): string {
  mkdirSync(sharedFolder, { recursive: true });
  chmodSync(sharedFolder, 0o755);
  return sharedFolder;
}
