import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, type Db } from "@longshore/shared/db/create-database";
import { sql } from "kysely";
import { median, printTable, round } from "../report.ts";
import { type BenchStack, startBenchStack } from "../start-bench-stack.ts";
import { watchMemory } from "../watch-memory.ts";
import { watchRedis } from "../watch-redis.ts";
import { copyFile, importFile, insertOneByOne, insertThousands } from "./contenders.ts";
import { few, type Files, generateFiles } from "./generate-files.ts";

type Contender = {
  name: string;
  rows: number;
  /** Whose rate this one's is held against. */
  beside: string;
  run: () => Promise<unknown>;
};

const ndjson = "application/x-ndjson";

/** The ways into the tables, by the name under which `--json` has their ratio. */
function createContenders(stack: BenchStack, db: Db, files: Files, rows: number) {
  const naive = Math.min(rows, 20_000);
  const send = (path: string, type: string, file: string, rejected = 0, sent = rows) => ({
    rows: sent,
    run: () =>
      importFile({
        url: stack.apiUrl + path,
        type,
        file,
        expected: { received: sent, inserted: sent - rejected, rejected },
      }),
  });
  const copy = (table: string, columns: string, file: string) => ({
    rows,
    run: () => copyFile(stack.databaseUrl, table, columns, file),
  });
  const users = "/v1/imports/users";

  return {
    copy: { name: "psql \\copy", beside: "copy", ...copy("users", "email, name", files.csv) },
    copySorted: {
      name: "psql \\copy, file sorted by e-mail",
      beside: "copy",
      ...copy("users", "email, name", files.sorted),
    },
    ndjson: { name: "Longshore, NDJSON", beside: "copy", ...send(users, ndjson, files.ndjson) },
    csv: { name: "Longshore, CSV", beside: "copy", ...send(users, "text/csv", files.csv) },
    json: { name: "Longshore, JSON array", beside: "copy", ...send(users, "application/json", files.json) },
    ignore: {
      name: "Longshore, NDJSON, onConflict=ignore",
      beside: "copy",
      ...send(`${users}?onConflict=ignore`, ndjson, files.ndjson),
    },
    invalid: {
      name: "Longshore, NDJSON, 1 % invalid",
      beside: "ndjson",
      ...send(users, ndjson, files.invalid, Math.ceil(rows / 100)),
    },
    fewValid: { name: `Longshore, ${few} rows`, beside: "fewValid", ...send(users, ndjson, files.fewValid, 0, few) },
    fewInvalid: {
      name: `Longshore, ${few} rows, all invalid`,
      beside: "fewValid",
      ...send(users, ndjson, files.fewInvalid, few, few),
    },
    copyRecords: {
      name: "psql \\copy of records",
      beside: "copyRecords",
      ...copy("records", "data", files.recordsCsv),
    },
    records: {
      name: "Longshore, records",
      beside: "copyRecords",
      ...send("/v1/imports/records", ndjson, files.records),
    },
    thousands: {
      name: "Kysely, values of 1,000",
      beside: "copy",
      rows: naive,
      run: () => insertThousands(db, files.ndjson, naive),
    },
    single: {
      name: "one INSERT a row",
      beside: "copy",
      rows: naive / 10,
      run: () => insertOneByOne(db, files.ndjson, naive / 10),
    },
  } satisfies Record<string, Contender>;
}

/**
 * The same rows into the same tables on the same servers: PostgreSQL's `\copy`, what one would write by hand, and Longshore
 * from the first byte sent to the last row committed. All in turn, `rounds` times; ratios of medians.
 */
export async function benchImports({
  rows,
  rounds,
}: {
  rows: number;
  rounds: number;
}): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-bench-"));
  await using stack = await startBenchStack({ workers: 2 });
  const { db, close } = createDatabase({ url: stack.databaseUrl, applicationName: "bench", statementTimeoutMs: 0 });
  try {
    const files = await generateFiles(folder, rows);
    const contenders: Record<string, Contender> = createContenders(stack, db, files, rows);
    const memory = await watchMemory(stack.pids());
    await using redis = await watchRedis(stack.redisUrl);
    const seconds = await takeTurns(db, contenders, rounds);

    const rate = (name: string) => contenders[name]!.rows / median(seconds[name]!);
    const ratio = (name: string) => round(rate(name) / rate(contenders[name]!.beside));
    printTable(
      ["", "rows/s", "ratio", "to", "seconds"],
      Object.entries(contenders).map(([name, { name: title, beside }]) => [
        title,
        Math.round(rate(name)).toLocaleString("en"),
        `${ratio(name)}`,
        contenders[beside]!.name,
        seconds[name]!.map((value) => value.toFixed(2)).join(" "),
      ]),
    );
    const mebibytes = { ...(await memory.peaks()), "redis, grown by": await redis.growth() };
    printTable(
      ["at most, MiB", ""],
      Object.entries(mebibytes).map(([name, mib]) => [name, `${mib}`]),
    );
    const size = Math.round(statSync(files.ndjson).size / 1e6);
    process.stdout.write(`${rows.toLocaleString("en")} rows, ${size} MB of NDJSON, medians of ${rounds} rounds\n`);

    const reported = ["ndjson", "csv", "json", "records", "ignore", "invalid", "fewInvalid"];
    return {
      ...Object.fromEntries(reported.map((name) => [name, ratio(name)])),
      sorted: round(rate("ndjson") / rate("copySorted")),
    };
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
}

async function takeTurns(
  db: Db,
  contenders: Record<string, Contender>,
  rounds: number,
): Promise<Record<string, number[]>> {
  const seconds: Record<string, number[]> = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let done = 0; done < rounds; done += 1) {
    for (const [name, { run }] of Object.entries(contenders)) {
      await sql`truncate users, records, jobs cascade`.execute(db);
      await sql`checkpoint`.execute(db);
      const start = performance.now();
      await run();
      seconds[name]!.push((performance.now() - start) / 1_000);
    }
  }
  return seconds;
}
