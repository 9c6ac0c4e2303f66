import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "../config.ts";
import type { Say } from "../terminal/say.ts";

export type Check = { name: string; program: string; args: readonly string[] };

type Outcome = { name: string; isOk: boolean; seconds: number; output: string };

/** Runs checks one after the other, all of them; shows the output of those that fail. Returns the names of these. */
export async function runChecks(checks: readonly Check[], say: Say): Promise<string[]> {
  const failed: string[] = [];
  for (const check of checks) {
    const { name, isOk, seconds, output } = await runCheck(check);
    say(`${isOk ? "ok    " : "FAILED"} ${name.padEnd(12)} ${seconds.toFixed(1)} s`);
    if (!isOk) {
      say(`\n${output.trim()}\n`);
      failed.push(name);
    }
  }
  return failed;
}

async function runCheck({ name, program, args }: Check): Promise<Outcome> {
  const startedAt = Date.now();
  const child = spawn(join(projectRoot, "node_modules", ".bin", program), args, {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => output.push(data));
  child.stderr.on("data", (data: Buffer) => output.push(data));
  const ending = await new Promise<number | string | null>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", resolve);
  });
  if (typeof ending === "string") output.push(Buffer.from(ending));
  return {
    name,
    isOk: ending === 0,
    seconds: (Date.now() - startedAt) / 1000,
    output: Buffer.concat(output).toString(),
  };
}
