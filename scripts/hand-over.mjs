import { spawn } from "node:child_process";
import { constants } from "node:os";

const parentCheckMs = 500;
const parentAtStart = process.ppid;

/**
 * Runs a TypeScript entry with the toolchain's Node, passes signals on, and takes over the child's exit code.
 * The child may see one Ctrl-C more than once (the terminal signals the whole group, npm forwards it again): it is the
 * child's business to drain once, see `packages/stack/src/process/on-stop-signal.ts`.
 */
export async function handOver(root, toolchain, args) {
  const child = spawn(toolchain.node, ["--conditions=@longshore/source", ...args], {
    cwd: root,
    env: toolchain.env,
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const watch = process.env.npm_lifecycle_event ? stopWithParent(child) : undefined;

  process.exitCode = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
  clearInterval(watch);
}

/** npm that was killed outright forwards nothing; nobody would be left who could stop this child. */
function stopWithParent(child) {
  const watch = setInterval(() => {
    if (process.ppid === parentAtStart) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, parentCheckMs);
  return watch;
}
