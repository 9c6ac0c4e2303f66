import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentWith, projectRoot } from "../config.ts";
import { type Tally, tallyReport } from "./tally-report.ts";

export type VitestOptions = { args: readonly string[]; env: NodeJS.ProcessEnv; signal: AbortSignal };

/** Runs vitest in the foreground and counts what it reported. `code` is vitest's own exit code. */
export async function runVitest({ args, env, signal }: VitestOptions): Promise<Tally & { code: number }> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-report-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const vitest = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args], {
      cwd: projectRoot,
      env: environmentWith(env),
      stdio: "inherit",
    });
    signal.addEventListener("abort", () => vitest.kill());
    const [code] = (await once(vitest, "exit")) as [number | null];
    const json = existsSync(report) ? readFileSync(report, "utf8") : undefined;
    return { ...tallyReport(json), code: code ?? 1 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
