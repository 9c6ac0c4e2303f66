import { chownSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../process/run-program.ts";
import type { SystemUser } from "./find-postgres-user.ts";

/** One collation, one encoding, one time zone, whatever the machine speaks: the same rows sort the same way everywhere. */
export const postgresEnvironment = { LC_ALL: "C", TZ: "UTC" };
const options = [
  "--encoding=UTF8",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--locale=C",
  "--auth=scram-sha-256",
];

export type Cluster = { home: string; binaries: string; user: SystemUser | undefined; password: string };

/**
 * Returns `<home>/data`, made by initdb if it is not there. It is made under another name: one that was interrupted
 * half way is never taken for a cluster.
 */
export async function initCluster({ home, binaries, user, password }: Cluster): Promise<string> {
  const cluster = join(home, "data");
  if (existsSync(cluster)) return cluster;

  const draft = join(home, "data.draft");
  const passwordFile = join(home, "password.draft");
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);

  const args = [...options, "--username=longshore", `--pwfile=${passwordFile}`, `--pgdata=${draft}`];
  await runProgram(join(binaries, "bin", "initdb"), args, {
    ...user,
    cwd: home,
    env: postgresEnvironment,
  });
  rmSync(passwordFile);
  renameSync(draft, cluster);
  return cluster;
}
