import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const longestWaitMs = 10 * 60_000;
const namelessGraceMs = 5_000;

/** Runs `action` while no other bootstrap of this checkout does; waits for a live one, takes over from a dead one. */
export async function withLock(root, action) {
  const lock = join(root, ".toolchain", "lock");
  await acquire(lock);
  try {
    return await action();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

async function acquire(lock) {
  mkdirSync(join(lock, ".."), { recursive: true });
  const deadline = Date.now() + longestWaitMs;
  let hasSaidSo = false;
  while (!tryAcquire(lock)) {
    const owner = readOwner(lock);
    if (isAbandoned(lock, owner)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (Date.now() > deadline)
      throw new Error(`process ${owner} still holds ${lock}; stop it, or delete that directory.`);
    if (!hasSaidSo) console.error(`Waiting for another bootstrap of this checkout (process ${owner ?? "starting"}) …`);
    hasSaidSo = true;
    await delay(100);
  }
}

function tryAcquire(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(lock, "pid"), String(process.pid));
  return true;
}

function readOwner(lock) {
  try {
    return Number(readFileSync(join(lock, "pid"), "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isAbandoned(lock, owner) {
  if (owner) return !isAlive(owner);
  try {
    return Date.now() - statSync(lock).mtimeMs > namelessGraceMs;
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
