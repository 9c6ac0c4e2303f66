import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { findFreePort } from "../process/find-free-port.ts";

const portsSchema = z.object({ postgres: z.number(), redis: z.number() });

export type Ports = z.output<typeof portsSchema>;

/** The private ports of a data directory's services: those of the last time, where they are still free. */
export async function choosePorts(dataDir: string): Promise<Ports> {
  const file = join(dataDir, "run", "ports.json");
  const former = existsSync(file) ? portsSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  const ports = { postgres: await findFreePort(former?.postgres), redis: await findFreePort(former?.redis) };
  writeFileSync(file, `${JSON.stringify(ports)}\n`);
  return ports;
}
