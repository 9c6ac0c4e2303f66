import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { createDataDir } from "../src/data-dir.ts";
import { removeDataDir } from "../src/postgres/place-data.ts";
import { startPostgres } from "../src/postgres/start-postgres.ts";
import { endWithTest, scratchDataDir } from "./scratch-data-dir.ts";

const isRoot = process.getuid?.() === 0;

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe("startPostgres", () => {
  test("survives kill -9 and starts again with its data", async () => {
    const dataDir = scratchDataDir();
    const first = endWithTest(await startPostgres({ dataDir }));
    await query(first.url, "create table kept as select generate_series(1, 1000) as n");
    await first.kill();

    const second = endWithTest(await startPostgres({ dataDir, port: first.port }));
    expect(second.url).toBe(first.url);
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url, "select count(*)::int as rows from kept")).toEqual([{ rows: 1000 }]);
  });

  test("starts although a stranger has the process id in its stale lock file", async () => {
    const dataDir = scratchDataDir();
    const first = endWithTest(await startPostgres({ dataDir }));
    const lockFile = join(dataDir, "postgres", "data", "postmaster.pid");
    const lock = readFileSync(lockFile, "utf8");
    await first.kill();
    writeFileSync(lockFile, lock.replace(String(first.pid), String(process.pid)));

    const second = endWithTest(await startPostgres({ dataDir }));
    expect(await query(second.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("makes a cluster anew when initdb was interrupted", async () => {
    const dataDir = scratchDataDir();
    createDataDir(dataDir);
    const draft = join(dataDir, "postgres", "data.draft");
    mkdirSync(draft, { recursive: true });
    writeFileSync(join(draft, "PG_VERSION"), "18\n");

    const postgres = endWithTest(await startPostgres({ dataDir }));
    expect(await query(postgres.url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(existsSync(draft)).toBe(false);
  });

  test("refuses a second server on the same data, naming the first one's process", async () => {
    const dataDir = scratchDataDir();
    const first = endWithTest(await startPostgres({ dataDir }));
    await expect(startPostgres({ dataDir })).rejects.toThrow(`process ${first.pid}`);
  });

  test("is durable, and sorts and encodes the same on every machine", async () => {
    const postgres = endWithTest(await startPostgres({ dataDir: scratchDataDir() }));
    const settings = "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'TimeZone')";
    expect(await query(postgres.url, `${settings} order by name collate "C"`)).toEqual([
      { name: "TimeZone", setting: "UTC" },
      { name: "fsync", setting: "on" },
      { name: "synchronous_commit", setting: "on" },
    ]);
    const database = "select pg_encoding_to_char(encoding) as encoding, datlocprovider, datlocale from pg_database";
    expect(await query(postgres.url, `${database} where datname = current_database()`)).toEqual([
      { encoding: "UTF8", datlocprovider: "b", datlocale: "C.UTF-8" },
    ]);
  });

  test("asks for the password, which only its owner can read", async () => {
    const dataDir = scratchDataDir();
    const { url } = endWithTest(await startPostgres({ dataDir }));
    await expect(query(url.replace(/longshore:[^@]*@/, "longshore:guess@"), "select 1")).rejects.toMatchObject({
      code: "28P01",
    });
    expect(lstatSync(join(dataDir, "postgres-password")).mode & 0o777).toBe(0o600);
  });

  test.runIf(isRoot)(
    "as root, keeps its data elsewhere when its user cannot reach the data directory, and says so",
    async () => {
      const closed = mkdtempSync(join(tmpdir(), "longshore-closed-"));
      chmodSync(closed, 0o700);
      const dataDir = join(closed, "data");
      onTestFinished(() => rmSync(closed, { recursive: true }));
      onTestFinished(() => removeDataDir(dataDir));

      const said: string[] = [];
      const first = endWithTest(await startPostgres({ dataDir, say: (line) => said.push(line) }));
      await query(first.url, "create table kept ()");
      await first.stop();
      expect(said.join("\n")).toContain("/var/lib/longshore/data-");
      expect(lstatSync(join(dataDir, "postgres")).isSymbolicLink()).toBe(true);

      const second = endWithTest(await startPostgres({ dataDir }));
      expect(await query(second.url, "select * from kept")).toEqual([]);
      await second.stop();

      rmSync(dataDir, { recursive: true });
      const anew = endWithTest(await startPostgres({ dataDir }));
      await expect(query(anew.url, "select * from kept")).rejects.toMatchObject({ code: "42P01" });
    },
  );
});
