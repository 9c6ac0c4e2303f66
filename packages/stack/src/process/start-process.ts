import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { openLog } from "./log-file.ts";
import { removePidFile, writePidFile } from "./pid-file.ts";

export type ProcessSpec = {
  name: string;
  command: string;
  args: readonly string[];
  logFile: string;
  /** Holds the process id while the process lives. */
  pidFile: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  user?: { uid: number; gid: number } | undefined;
  /** What asks this program to end in good order. */
  stopSignal: NodeJS.Signals;
  /** How long that may take before it is killed. */
  graceMs: number;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type ManagedProcess = {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  /** Asks it to end, kills it when the grace time is over, and waits for its end. */
  stop(): Promise<Exit>;
  /** `kill -9`, and waits for its end. */
  kill(): Promise<Exit>;
};

/**
 * Starts a program with its output in a log file and its id in a pid file. It leads a process group of its own, so that
 * the terminal's Ctrl-C reaches only the supervisor, which knows the order to stop things in.
 */
export async function startProcess(spec: ProcessSpec): Promise<ManagedProcess> {
  const log = openLog(spec.logFile);
  const child = spawn(spec.command, spec.args, {
    ...spec.user,
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  await once(child, "spawn");

  const pid = child.pid!;
  writePidFile(spec.pidFile, pid);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      removePidFile(spec.pidFile, pid);
      resolve({ code, signal });
    });
  });

  async function stop(): Promise<Exit> {
    child.kill(spec.stopSignal);
    const deadline = setTimeout(() => killGroup(pid), spec.graceMs);
    return exited.finally(() => clearTimeout(deadline));
  }

  async function kill(): Promise<Exit> {
    child.kill("SIGKILL");
    return exited;
  }

  return { name: spec.name, pid, logFile: spec.logFile, exited, stop, kill };
}

export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended in this very moment.
  }
}

export function describeExit({ code, signal }: Exit): string {
  return signal ?? `exit code ${code}`;
}
