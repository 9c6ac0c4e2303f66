import type { ManagedProcess } from "./start-process.ts";
import type { Say } from "../terminal/say.ts";

export type ServiceOptions = {
  /** Holds the service's data, its log under `logs` and its process id under `run`. */
  dataDir: string;
  /** A free private one unless given; give the old one to start a service again where its clients look for it. */
  port?: number | undefined;
  /** Receives what a person should know, such as where data went. */
  say?: Say;
};

/** A server process that is ready, and where. To start it again after `kill()` or `stop()`, call what made it. */
export type Service = ManagedProcess & { readonly url: string; readonly port: number };

/** After a crash it first replays its log, which on a slow disk takes minutes. */
export const recoversWithinMs = 5 * 60_000;
