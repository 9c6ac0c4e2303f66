import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { environmentWith, projectRoot } from "../src/config.ts";
import { pidFileOf } from "../src/data-dir.ts";
import { readPidFile } from "../src/process/pid-file.ts";
import { isAlive } from "../src/process/process-state.ts";
import { waitUntil } from "../src/process/wait-until.ts";
import { scratchDataDir } from "./scratch-data-dir.ts";

function startServices(dataDir: string) {
  const env = environmentWith({ LONGSHORE_DATA_DIR: dataDir, DATABASE_URL: "", REDIS_URL: "" });
  const child = spawn(process.execPath, ["scripts/bootstrap.mjs", "services"], { cwd: projectRoot, env });
  return { child, output: text(child.stdout), errors: text(child.stderr), exited: once(child, "exit") };
}

test("services prints what to export, refuses a twin, and ends with 0 and without a trace", async () => {
  const dataDir = scratchDataDir();
  const names = ["stack", "postgres", "redis"];
  const services = startServices(dataDir);
  const pids = await waitUntil(
    "its processes",
    () => {
      const found = names.map((name) => readPidFile(pidFileOf(dataDir, name)));
      return found.every((pid) => pid !== undefined) ? found : undefined;
    },
    { deadlineMs: 20_000 },
  );

  const twin = startServices(dataDir);
  expect(await twin.exited).toEqual([1, null]);
  expect(await twin.errors).toContain(`Process ${pids[0]} already runs a stack`);

  services.child.kill("SIGTERM");
  expect(await services.exited).toEqual([0, null]);
  expect(await services.output).toMatch(/^export DATABASE_URL='postgres:.*'\nexport REDIS_URL='redis:.*'\n$/);
  expect(pids.map(isAlive)).toEqual([false, false, false]);
});
