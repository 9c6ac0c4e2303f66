import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const portsSchema = z.object({ postgres: z.number(), redis: z.number() });

export type Ports = z.output<typeof portsSchema>;

export function portsFileOf(dataDir: string): string {
  return join(dataDir, "run", "ports.json");
}

/** The ports that a data directory's services have, or had the last time; undefined if there was none. */
export function readPorts(dataDir: string): Ports | undefined {
  const file = portsFileOf(dataDir);
  return existsSync(file) ? portsSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}
