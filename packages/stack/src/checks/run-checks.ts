import { join } from "node:path";
import { projectRoot } from "../config.ts";
import { captureOutput } from "../process/capture-output.ts";
import type { Say } from "../terminal/say.ts";

export type Check = { name: string; program: string; args: readonly string[] };

export type CheckOptions = { say: Say; signal: AbortSignal };

/** Runs checks one after the other, all of them; shows the output of those that fail. Returns the names of these. */
export async function runChecks(checks: readonly Check[], { say, signal }: CheckOptions): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, program, args } of checks) {
    const startedAt = Date.now();
    const command = join(projectRoot, "node_modules", ".bin", program);
    const { isOk, output } = await captureOutput(command, args, { cwd: projectRoot, signal });
    signal.throwIfAborted();
    say(`${isOk ? "ok    " : "FAILED"} ${name.padEnd(12)} ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
    if (isOk) continue;
    failed.push(name);
    say(`\n${output.trim()}\n`);
  }
  return failed;
}
