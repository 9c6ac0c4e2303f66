import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { environmentWith } from "../config.ts";
import { runProgram } from "../process/run-program.ts";
import { findProgram } from "./find-program.ts";
import type { Say } from "../terminal/say.ts";

/** Debian's way to forbid that a package starts its service: 101 means "not allowed". */
const policyFile = "/usr/sbin/policy-rc.d";

/** A machine that has just been started is often busy with upgrades. */
const waitForLock = ["-o", "DPkg::Lock::Timeout=300"];

const managers = [
  { program: "apt-get", install: installWithApt },
  { program: "dnf", install: () => installFirst("dnf", ["install", "-y"], ["valkey", "redis"]) },
  { program: "apk", install: () => installFirst("apk", ["add"], ["redis", "valkey"]) },
];

/** Installs Redis with the system's package manager, as root, without leaving the distribution's own service running. */
export async function installRedis(say: Say): Promise<void> {
  const manager = managers.find(({ program }) => findProgram([program]));
  if (!manager) return;
  say(`There is no Redis on this machine: installing it with ${manager.program}`);
  await manager.install();
}

async function installWithApt(): Promise<void> {
  const env = environmentWith({ DEBIAN_FRONTEND: "noninteractive" });
  await withServicesHeldBack(async () => {
    // One unreachable source among many makes the update fail, and need not matter.
    await runProgram("apt-get", ["update"], { env }).catch(() => {});
    await runProgram("apt-get", ["install", "-y", "--no-install-recommends", ...waitForLock, "redis-server"], { env });
  });
  // The package also enables its service for the next boot.
  if (existsSync("/run/systemd/system")) await runProgram("systemctl", ["disable", "redis-server"], { env });
}

async function withServicesHeldBack(action: () => Promise<void>): Promise<void> {
  if (existsSync(policyFile)) return action();
  writeFileSync(policyFile, "#!/bin/sh\nexit 101\n");
  chmodSync(policyFile, 0o755);
  try {
    await action();
  } finally {
    rmSync(policyFile);
  }
}

/** Distributions carry Redis, Valkey, or both. */
async function installFirst(program: string, args: readonly string[], packages: readonly string[]): Promise<void> {
  let failure: unknown;
  for (const name of packages) {
    try {
      await runProgram(program, [...args, name]);
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
