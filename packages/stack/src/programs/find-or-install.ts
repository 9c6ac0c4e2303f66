import type { Say } from "../terminal/say.ts";
import { findProgram } from "./find-program.ts";
import { installProgram, type Installable } from "./install-program.ts";

export type Wanted = Installable & {
  /** Its names on a PATH. */
  programs: readonly string[];
};

/** Where a program is; else why it could not be installed, if that was tried. */
export type Found = { path: string | undefined; failure?: Error | undefined };

/** Looks for a program on the machine; root gets it installed when there is none. */
export async function findOrInstall(wanted: Wanted, say: Say): Promise<Found> {
  const present = findProgram(wanted.programs);
  if (present) return { path: present };

  let failure: Error | undefined;
  if (process.getuid?.() === 0) await installProgram(wanted, say).catch((error: Error) => (failure = error));
  return { path: findProgram(wanted.programs), failure };
}
