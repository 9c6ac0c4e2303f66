import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { runQuietly } from "./run-quietly.mjs";

/** Runs `pnpm install` when anything that decides its outcome changed since the last time it succeeded. */
export async function installDependencies(root, toolchain) {
  // Inside node_modules, so that whoever deletes that deletes the stamp with it.
  const stampFile = join(root, "node_modules", ".longshore-install");
  const isInstalled = (stamp) => existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp;
  if (isInstalled(hashManifests(root))) return;

  await withLock(root, async () => {
    const stamp = hashManifests(root);
    if (isInstalled(stamp)) return;
    // `allowBuilds` in pnpm-workspace.yaml says which packages may run scripts; PostgreSQL's must.
    const args = [
      "install",
      "--frozen-lockfile",
      "--no-ignore-scripts",
      "--config.confirmModulesPurge=false",
      "--reporter=append-only",
    ];
    await runQuietly("Installing dependencies", toolchain.pnpm, args, {
      cwd: root,
      env: pnpmEnvironment(toolchain.env),
    });
    writeFileSync(stampFile, stamp);
  });
}

function hashManifests(root) {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  const manifests = [".pnpmfile.mjs", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...findManifests(root, "", 2)];
  for (const file of manifests) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function findManifests(root, folder, depth) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const isPackageFolder = (entry) =>
    entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules";
  const nested = depth === 0 ? [] : entries.filter(isPackageFolder);
  return [
    ...entries.filter((entry) => entry.name === "package.json").map((entry) => join(folder, entry.name)),
    ...nested.flatMap((entry) => findManifests(root, join(folder, entry.name), depth - 1)),
  ];
}

/** pnpm does not read npm's variables; where npm was told of a mirror, a proxy or a certificate, pnpm should know it too. */
function pnpmEnvironment(env) {
  const { NODE_ENV: _installsDevDependenciesToo, ...rest } = env;
  const shared = ["registry", "cafile", "proxy", "https_proxy"].filter((name) => env[`npm_config_${name}`]);
  return { ...Object.fromEntries(shared.map((name) => [`pnpm_config_${name}`, env[`npm_config_${name}`]])), ...rest };
}
