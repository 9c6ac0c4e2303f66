import type { SpawnOptions } from "node:child_process";
import { captureOutput } from "./capture-output.ts";

/**
 * Runs a program that sets something up; throws with what it printed if it fails. The terminal's Ctrl-C does not reach
 * it: half an installation helps nobody.
 */
export async function runProgram(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const { isOk, output } = await captureOutput(command, args, { ...options, detached: true });
  if (!isOk) throw new Error(`${command} ${args.join(" ")} failed:\n${output.trim()}`);
}
