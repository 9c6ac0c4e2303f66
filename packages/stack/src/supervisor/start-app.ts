import { environmentWith, projectRoot } from "../config.ts";
import { logFileOf, pidFileOf } from "../data-dir.ts";
import { type ManagedProcess, startProcess } from "../process/start-process.ts";

export type AppSpec = {
  /** `api`, `worker-1` …: the name of its log and pid file. */
  name: string;
  /** The entry file, relative to the checkout. */
  entry: string;
  /** Where it serves; `/readyz` there tells when. */
  url: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  /** Options of Node for this app. */
  flags?: readonly string[];
};

/** A little more than the apps give themselves for a drain. */
const graceMs = 12_000;

/** Starts an app from its sources; it need not be ready when this resolves. */
export async function startApp({ name, entry, dataDir, env, flags = [] }: AppSpec): Promise<ManagedProcess> {
  return startProcess({
    name,
    command: process.execPath,
    args: [...flags, "--conditions=@longshore/source", entry],
    cwd: projectRoot,
    env: environmentWith(env),
    logFile: logFileOf(dataDir, name),
    pidFile: pidFileOf(dataDir, name),
    stopSignal: "SIGTERM",
    graceMs,
  });
}
