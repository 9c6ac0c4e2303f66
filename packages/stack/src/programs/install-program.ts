import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { environmentWith } from "../config.ts";
import { runProgram } from "../process/run-program.ts";
import type { Say } from "../terminal/say.ts";
import { findProgram } from "./find-program.ts";

/** What to install: its name for people, and its packages by package manager, each in the order in which to try them. */
export type Installable = {
  title: string;
  packages: Record<Manager, readonly [string, ...string[]]>;
  /** The system service that Debian's package also enables for the next boot. */
  service?: string;
};

type Manager = "apt-get" | "dnf" | "apk";

/** Debian's way to forbid that a package starts its service: 101 means "not allowed". */
const policyFile = "/usr/sbin/policy-rc.d";

/** A machine that has just been started is often busy with upgrades. */
const waitForLock = ["-o", "DPkg::Lock::Timeout=300"];

const managers: Record<Manager, (wanted: Installable) => Promise<void>> = {
  "apt-get": installWithApt,
  dnf: ({ packages }) => installFirst("dnf", ["install", "-y"], packages.dnf),
  apk: ({ packages }) => installFirst("apk", ["add"], packages.apk),
};

/** Installs a program with the system's package manager, as root, without leaving the distribution's own service running. */
export async function installProgram(wanted: Installable, say: Say): Promise<void> {
  const manager = (Object.keys(managers) as Manager[]).find((name) => findProgram([name]));
  if (!manager) return;
  say(`There is no ${wanted.title} on this machine: installing it with ${manager}`);
  await managers[manager](wanted);
}

async function installWithApt({ packages, service }: Installable): Promise<void> {
  const env = environmentWith({ DEBIAN_FRONTEND: "noninteractive" });
  const install = ["install", "-y", "--no-install-recommends", ...waitForLock];
  await withServicesHeldBack(async () => {
    // One unreachable source among many makes the update fail, and need not matter.
    await runProgram("apt-get", ["update"], { env }).catch(() => {});
    await installFirst("apt-get", install, packages["apt-get"], env);
  });
  if (service && existsSync("/run/systemd/system")) await runProgram("systemctl", ["disable", service], { env });
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

/** Distributions carry Redis, Valkey, or both, and browsers under more names than one. */
async function installFirst(
  program: string,
  args: readonly string[],
  packages: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<void> {
  let failure: unknown;
  for (const name of packages) {
    try {
      await runProgram(program, [...args, name], env ? { env } : {});
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
