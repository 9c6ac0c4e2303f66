/**
 * The first thing that runs on a machine, so it needs nothing but Node 18: brings Node 24, pnpm and the dependencies,
 * then hands over to a command of the stack. `node scripts/bootstrap.mjs <command | file.ts> [arguments]`
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { handOver } from "./hand-over.mjs";
import { installDependencies } from "./install-dependencies.mjs";
import { prepareToolchain } from "./toolchain.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command = "start", ...args] = process.argv.slice(2);
const entry = command.endsWith(".ts") ? command : `packages/stack/src/commands/${command}.ts`;

try {
  if (!existsSync(join(root, entry))) throw new Error(`There is no command "${command}" (looked for ${entry}).`);
  const toolchain = await prepareToolchain(root);
  await installDependencies(root, toolchain);
  await handOver(root, toolchain, [entry, ...args]);
} catch (error) {
  console.error(`\nlongshore: ${error.message}`);
  process.exitCode = 1;
}
