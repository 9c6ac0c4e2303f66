import { writeFileSync } from "node:fs";
import { findFreePort } from "../process/find-free-port.ts";
import { portsFileOf, readPorts, type Ports } from "./read-ports.ts";

/** The private ports of a data directory's services: those of the last time, where they are still free. */
export async function choosePorts(dataDir: string): Promise<Ports> {
  const former = readPorts(dataDir);
  const ports = { postgres: await findFreePort(former?.postgres), redis: await findFreePort(former?.redis) };
  writeFileSync(portsFileOf(dataDir), `${JSON.stringify(ports)}\n`);
  return ports;
}
