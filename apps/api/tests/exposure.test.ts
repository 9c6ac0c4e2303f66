import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { readTestConfig } from "@longshore/shared/testing/config";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { newKey } from "./new-key.ts";

const root = resolve(import.meta.dirname, "../../..");

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.close());

/** Starts the process of the API where others could reach it. */
function startOpen(databaseUrl = database.url) {
  const child = spawn(process.execPath, ["--conditions=@longshore/source", "apps/api/src/main.ts"], {
    cwd: root,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      REDIS_URL: readTestConfig().REDIS_URL,
      HOST: "0.0.0.0",
      PORT: "0",
    },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  return {
    exited: once(child, "exit") as Promise<[number]>,
    lines: () =>
      said
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as { level: number; msg: string; port?: number }),
  };
}

async function statusOf(api: ReturnType<typeof startOpen>, key?: string): Promise<number> {
  const { port } = await waitFor("the API to be ready", async () => api.lines().find(({ msg }) => msg === "ready"));
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  return (await fetch(`http://127.0.0.1:${port}/v1/kinds`, { headers })).status;
}

test("the API does not start where others reach it before there is a key, and says how to make one", async () => {
  const api = startOpen();
  expect(await api.exited).toEqual([1, null]);
  expect(api.lines().at(-1)).toMatchObject({ level: 60, msg: expect.stringContaining("npm run keys -- create") });
  expect(api.lines().some(({ msg }) => msg === "ready")).toBe(false);
});

test("with a key it starts, and serves who has it", async () => {
  const key = await newKey(database.db, "default", "read");
  const api = startOpen();
  expect([await statusOf(api), await statusOf(api, key)]).toEqual([401, 200]);
});

test("while it cannot know whether there is one, it serves nobody", async () => {
  const away = new URL(database.url);
  away.port = "1";
  const api = startOpen(away.href);
  expect([await statusOf(api), await statusOf(api, `lsk_00000000_${"x".repeat(43)}`)]).toEqual([401, 503]);
});
