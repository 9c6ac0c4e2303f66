import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "@longshore/shared/db/create-database";
import type { JobView } from "@longshore/shared/status/job-view";
import { sql } from "kysely";
import { median, printTable, round } from "../report.ts";
import { startBenchStack } from "../start-bench-stack.ts";
import { watchMemory } from "../watch-memory.ts";
import { copyFile, importFile, insertOneByOne, insertThousands } from "./contenders.ts";
import { generateFiles } from "./generate-files.ts";

type Contender = { name: string; rows: number; run: () => Promise<unknown> };

/**
 * The same rows into the same table on the same servers: PostgreSQL's `\copy`, what one would write by hand, and Longshore
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
    const naive = Math.min(rows, 20_000);
    const send =
      (type: string, file: string, query = "") =>
      async () => {
        const job = await importFile(stack.apiUrl, `/v1/imports/users${query}`, type, file);
        checkCounts(job, rows);
      };
    const ndjson = "application/x-ndjson";

    const contenders = {
      copy: { name: "psql \\copy", rows, run: () => copyFile(stack.databaseUrl, files.csv) },
      copySorted: {
        name: "psql \\copy, file sorted by e-mail",
        rows,
        run: () => copyFile(stack.databaseUrl, files.sorted),
      },
      ndjson: { name: "Longshore, NDJSON", rows, run: send(ndjson, files.ndjson) },
      csv: { name: "Longshore, CSV", rows, run: send("text/csv", files.csv) },
      json: { name: "Longshore, JSON array", rows, run: send("application/json", files.json) },
      ignore: {
        name: "Longshore, NDJSON, onConflict=ignore",
        rows,
        run: send(ndjson, files.ndjson, "?onConflict=ignore"),
      },
      invalid: { name: "Longshore, NDJSON, 1 % invalid", rows, run: send(ndjson, files.invalid) },
      thousands: { name: "Kysely, values of 1,000", rows: naive, run: () => insertThousands(db, files.ndjson, naive) },
      single: { name: "one INSERT a row", rows: naive / 10, run: () => insertOneByOne(db, files.ndjson, naive / 10) },
    } satisfies Record<string, Contender>;

    const names = Object.keys(contenders) as (keyof typeof contenders)[];
    const seconds = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
      keyof typeof contenders,
      number[]
    >;
    const memory = await watchMemory(stack.pids());
    for (let done = 0; done < rounds; done += 1) {
      for (const name of names) {
        await sql`truncate users, jobs cascade`.execute(db);
        await sql`checkpoint`.execute(db);
        const start = performance.now();
        await contenders[name].run();
        seconds[name].push((performance.now() - start) / 1_000);
      }
    }

    const rate = (name: keyof typeof contenders) => contenders[name].rows / median(seconds[name]);
    printTable(
      ["", "rows/s", "of \\copy", "of \\copy sorted", "seconds"],
      names.map((name) => [
        contenders[name].name,
        Math.round(rate(name)).toLocaleString("en"),
        `${round(rate(name) / rate("copy"))}`,
        `${round(rate(name) / rate("copySorted"))}`,
        seconds[name].map((value) => round(value)).join(" "),
      ]),
    );
    printTable(
      ["resident at most, MiB", ""],
      Object.entries(await memory.peaks()).map(([name, mib]) => [name, `${mib}`]),
    );
    const size = Math.round(statSync(files.ndjson).size / 1e6);
    process.stdout.write(`${rows.toLocaleString("en")} rows, ${size} MB of NDJSON, medians of ${rounds} rounds\n`);

    const ofCopy = (name: keyof typeof contenders) => round(rate(name) / rate("copy"));
    return {
      ndjson: ofCopy("ndjson"),
      csv: ofCopy("csv"),
      json: ofCopy("json"),
      ignore: ofCopy("ignore"),
      sorted: round(rate("ndjson") / rate("copySorted")),
    };
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
}

function checkCounts({ state, counts }: JobView, rows: number): void {
  const { received = 0, inserted = 0, rejected = 0 } = counts ?? {};
  const finished = state === "succeeded" || (state === "partially_succeeded" && rejected === Math.ceil(rows / 100));
  if (finished && received === rows && inserted + rejected === rows) return;
  throw new Error(`An import ended as ${state} with ${JSON.stringify(counts)}`);
}
