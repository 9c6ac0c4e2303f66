import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { waitFor } from "@longshore/shared/testing/wait-for";

export type Clocks = Disposable & {
  /** What a stack must be started with, so that its clocks can be set. */
  env: NodeJS.ProcessEnv;
  /** Resolves when the process's clock differs from the machine's by so much. */
  set(pid: number, byMs: number): Promise<void>;
};

/** The clocks of a stack's processes, each to be set by itself: see `shift-clock.ts`. */
export function createClocks(): Clocks {
  const folder = mkdtempSync(join(tmpdir(), "longshore-clocks-"));
  const preload = pathToFileURL(join(import.meta.dirname, "shift-clock.ts")).href;
  return {
    env: { CLOCKS: folder, NODE_OPTIONS: `--import=${preload}` },
    async set(pid, byMs) {
      const file = join(folder, `${pid}`);
      writeFileSync(`${file}.new`, `${byMs}`);
      renameSync(`${file}.new`, file);
      await waitFor(`the clock of ${pid} to be set`, async () => !existsSync(file));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
