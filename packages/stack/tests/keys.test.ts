import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { environmentWith, projectRoot } from "../src/config.ts";
import { scratchDataDir } from "./scratch-data-dir.ts";

/** Runs what `npm run keys` runs. */
async function keys(args: string, env: NodeJS.ProcessEnv): Promise<{ code: number; out: string; aside: string }> {
  const child = spawn(process.execPath, ["scripts/bootstrap.mjs", "keys", ...args.split(" ")], {
    cwd: projectRoot,
    env: environmentWith(env),
  });
  const exited = once(child, "exit") as Promise<[number]>;
  const [out, aside, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, aside };
}

describe("on a database", () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.close());
  const run = (args: string) => keys(args, { DATABASE_URL: database.url });

  test("a key is printed alone, stored without its secret, listed, and revoked as often as one likes", async () => {
    const created = await run("create --tenant acme --name importer --scopes submit,read --expires 90d");
    const [, id, secret] = /^lsk_([0-9a-f]{12})_([\w-]{43})\n$/.exec(created.out) ?? [];
    expect(created.code).toBe(0);
    expect(id).toBeDefined();
    const { rows } = await database.pool.query("select to_jsonb(api_keys)::text as row from api_keys");
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);

    const listed = await run("list --json");
    expect(JSON.parse(listed.out)).toEqual([
      expect.objectContaining({ id, tenant: "acme", name: "importer", scopes: ["submit", "read"], state: "active" }),
    ]);
    expect(await run(`revoke ${id}`)).toMatchObject({ code: 0, out: "" });
    expect(await run(`revoke ${id}`)).toMatchObject({ code: 0, out: "" });
    expect((await run("list")).out).toMatch(new RegExp(`^ID .*\n${id} +acme +importer +submit,read +revoked `));
  });

  test("what cannot be done is said in a line", async () => {
    expect(await run("revoke 000000000000")).toEqual({
      code: 1,
      out: "",
      aside: "\nlongshore: There is no key with the id 000000000000.\n",
    });
  });
});

test("without a database, that is what is said", async () => {
  const { code, out, aside } = await keys("list", { DATABASE_URL: "", LONGSHORE_DATA_DIR: scratchDataDir() });
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(aside).toContain("There is no database: DATABASE_URL is not set, and no stack was ever started in");
});
