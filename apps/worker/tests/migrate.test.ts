import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";

const root = resolve(import.meta.dirname, "../../..");
const key = "lsk_development_only-for-tests-only-for-tests-only-for-tests-1";

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.close());

/** Runs an entry of the worker's image, as the containers do. */
async function run(entry: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const command = ["--conditions=@longshore/source", `apps/worker/src/${entry}.ts`, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: root,
    env: { ...process.env, DATABASE_URL: database.url, ...env },
  });
  return stdout;
}

test("the first key comes from the environment, as often as the migration runs", async () => {
  for (let time = 1; time <= 2; time += 1) {
    const logged = await run("migrate", [], { BOOTSTRAP_API_KEY: key });
    expect(logged).toContain('"keyId":"development"');
    expect(logged).not.toContain("only-for-tests");
  }
  expect(JSON.parse(await run("keys", ["list", "--json"]))).toEqual([
    expect.objectContaining({ id: "development", tenant: "default", scopes: ["admin"], state: "active" }),
  ]);
});

test("a first key that is none is refused by name, and not repeated", async () => {
  const refused = await run("migrate", [], { BOOTSTRAP_API_KEY: "hunter2" }).catch(
    (error: { stderr: string }) => error,
  );
  expect(refused).toMatchObject({ stderr: expect.stringContaining("BOOTSTRAP_API_KEY: must be lsk_") });
  expect(JSON.stringify(refused)).not.toContain("hunter2");
});
