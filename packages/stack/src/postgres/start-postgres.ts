/**
 * A private PostgreSQL out of the dependencies: stock settings, full durability, loopback only, run directly so that
 * tests can `kill -9` it and start it again on the same data.
 */
import { join } from "node:path";
import { createDataDir, logFileOf, pidFileOf } from "../data-dir.ts";
import { findFreePort } from "../process/find-free-port.ts";
import { recoversWithinMs, type Service, type ServiceOptions } from "../process/service.ts";
import { startProcess } from "../process/start-process.ts";
import { waitUntilReady } from "../process/wait-until-ready.ts";
import { acceptsConnections } from "./accepts-connections.ts";
import { clearAfterKill } from "./clear-after-kill.ts";
import { findPostgresUser } from "./find-postgres-user.ts";
import { initCluster, postgresEnvironment } from "./init-cluster.ts";
import { placeBinaries } from "./place-binaries.ts";
import { placeData } from "./place-data.ts";
import { privateUrl } from "./private-url.ts";
import { readPassword } from "./read-password.ts";

/** Starts PostgreSQL on a data directory, made if need be, and resolves when its database `longshore` takes connections. */
export async function startPostgres({ dataDir, port, say = () => {} }: ServiceOptions): Promise<Service> {
  createDataDir(dataDir);
  const user = findPostgresUser();
  const binaries = placeBinaries(user, say);
  const home = placeData(dataDir, user, say);
  const cluster = await initCluster({ home, binaries, user, password: readPassword(dataDir) });
  await clearAfterKill(cluster);

  const chosenPort = port ?? (await findFreePort());
  const settings = { listen_addresses: "127.0.0.1", port: chosenPort, unix_socket_directories: "" };
  const postgres = await startProcess({
    name: "postgres",
    command: join(binaries, "bin", "postgres"),
    args: ["-D", cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    cwd: cluster,
    env: postgresEnvironment,
    user,
    logFile: logFileOf(dataDir, "postgres"),
    pidFile: pidFileOf(dataDir, "postgres"),
    stopSignal: "SIGINT",
    graceMs: 20_000,
  });

  const url = privateUrl(dataDir, chosenPort);
  try {
    await waitUntilReady(postgres, () => acceptsConnections(url), { deadlineMs: recoversWithinMs });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { ...postgres, url, port: chosenPort };
}
