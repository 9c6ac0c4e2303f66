import { readPassword } from "./read-password.ts";

/** Where the PostgreSQL of a data directory is when it listens on a port. */
export function privateUrl(dataDir: string, port: number): string {
  return `postgres://longshore:${readPassword(dataDir)}@127.0.0.1:${port}/longshore`;
}
