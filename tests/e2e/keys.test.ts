import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { createScratchDataDir } from "@longshore/stack/scratch-services";
import { startStack, type Stack } from "./start-stack.ts";

const root = resolve(import.meta.dirname, "../..");
const dataDir = createScratchDataDir();
const open = { dataDir, env: { HOST: "0.0.0.0", WORKERS: "1" } };
let stack: Stack | undefined;
let key = "";
afterAll(async () => {
  await stack?.stop();
  await stack?.remove();
});

async function keys(...args: string[]): Promise<string> {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...env } = process.env;
  const command = ["scripts/bootstrap.mjs", "keys", ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: root,
    env: { ...env, LONGSHORE_DATA_DIR: dataDir },
  });
  return stdout;
}

const statusFor = async (path: string, authorization?: string) =>
  (await fetch(stack!.url + path, { headers: authorization ? { authorization } : {} })).status;

it("a stack without a key does not open itself to others, and says how to make one", async () => {
  await expect(startStack(open)).rejects.toThrow(
    /HOST=0\.0\.0\.0 is open to others\. Make a key first: npm run keys --/,
  );
});

it("a key is made while the stack is stopped, and opens it", async () => {
  key = (await keys("create", "--tenant", "acme", "--name", "first", "--scopes", "read")).trim();
  stack = await startStack(open);
  expect(stack.output()).toContain("171,075 inserted, 0 updated, 0 skipped, 0 rejected");
  expect([await statusFor("/v1/jobs"), await statusFor("/v1/jobs", `Bearer ${key}`)]).toEqual([401, 200]);
  expect(await statusFor("/livez")).toBe(200);
});

it("the key that the stack made for its own import is gone", async () => {
  expect((JSON.parse(await keys("list", "--json")) as unknown[]).length).toBe(1);
});

it("a key is revoked while the stack runs, which refuses it soon", async () => {
  await keys("revoke", key);
  await expect.poll(() => statusFor("/v1/jobs", `Bearer ${key}`), { timeout: 20_000 }).toBe(401);
});
