import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import { runQuietly } from "./run-quietly.mjs";

const nodeVersion = "24.21.0";
const pnpmVersion = "12.21.0";
const oldestNode = 24;

/**
 * Makes sure of a Node that strips types and of the pinned pnpm, fetching into `.toolchain/` what is missing.
 * Returns the paths of both and the environment in which children find them first.
 */
export async function prepareToolchain(root) {
  const nodePackage = ownNodeIsRecent() ? undefined : nodePackageName();
  const pnpmPackage = `@pnpm/exe.${process.platform}-${process.arch}${isMusl() ? "-musl" : ""}`;
  const home = join(
    root,
    ".toolchain",
    nodePackage ? `node-${nodeVersion}-pnpm-${pnpmVersion}` : `pnpm-${pnpmVersion}`,
  );
  if (!existsSync(home)) await withLock(root, () => fetchPackages(home, { nodePackage, pnpmPackage }));

  const node = nodePackage ? join(home, "node_modules", nodePackage, "bin", "node") : process.execPath;
  const pnpm = join(home, "node_modules", pnpmPackage, "pnpm");
  const path = [dirname(node), dirname(pnpm), process.env.PATH].filter(Boolean).join(delimiter);
  // What the TypeScript became is kept for the next start, which then is quicker and never holds the compiler in memory.
  const NODE_COMPILE_CACHE = process.env.NODE_COMPILE_CACHE ?? join(home, "compile-cache");
  return { node, pnpm, env: { ...process.env, PATH: path, NODE_COMPILE_CACHE } };
}

function ownNodeIsRecent() {
  return Number(process.versions.node.split(".")[0]) >= oldestNode;
}

function nodePackageName() {
  const isSupported = process.platform === "linux" && ["x64", "arm64"].includes(process.arch) && !isMusl();
  if (isSupported) return `node-linux-${process.arch}`;
  throw new Error(
    [
      `this machine has Node ${process.versions.node}; Longshore needs Node ${oldestNode} and can fetch it by itself only on Linux`,
      `with glibc (x64 or arm64), not on ${process.platform}-${process.arch}. Ways out:`,
      `  - install Node ${oldestNode} or newer (https://nodejs.org/en/download) and run this again`,
      `  - run it in containers: docker compose up`,
    ].join("\n"),
  );
}

function isMusl() {
  return process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
}

/** npm fills a directory of its own, which gets its name only when it is complete. */
async function fetchPackages(home, { nodePackage, pnpmPackage }) {
  if (existsSync(home)) return;
  const title = nodePackage ? `Node ${nodeVersion} and pnpm ${pnpmVersion} (80 MB)` : `pnpm ${pnpmVersion} (25 MB)`;
  const packages = [nodePackage && `${nodePackage}@${nodeVersion}`, `${pnpmPackage}@${pnpmVersion}`].filter(Boolean);
  const draft = `${home}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });

  // What the user's npm configuration may hold, and would leave nothing behind.
  const overrides = ["--global=false", "--dry-run=false", "--package-lock-only=false", "--install-strategy=hoisted"];
  const flags = [
    "--no-save",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--no-workspaces",
    "--loglevel=error",
  ];
  const args = ["install", "--prefix", draft, ...overrides, ...flags, ...packages];
  await runQuietly(`Fetching ${title}`, "npm", args, { cwd: draft });
  if (!existsSync(join(draft, "node_modules", pnpmPackage))) {
    throw new Error(`npm reported success and installed nothing; its configuration (npm config ls) may say why.`);
  }
  renameSync(draft, home);
}
