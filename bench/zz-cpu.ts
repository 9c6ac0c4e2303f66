import { readFileSync, readdirSync, mkdtempSync } from "node:fs";
import { createDatabase } from "@longshore/shared/db/create-database";
import { sql } from "kysely";
import { startBenchStack } from "./start-bench-stack.ts";
import { importFile, copyFile } from "./imports/contenders.ts";
import { generateFiles } from "./imports/generate-files.ts";
const rows = Number(process.argv[2] ?? 500000);
const cpu = (pid: number) => {
  const f = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(f[11]) + Number(f[12]) + Number(f[13]) + Number(f[14])) / 100;
};
const pgcpu = () => {
  let s = 0;
  for (const p of readdirSync("/proc")) {
    if (!/^\d+$/.test(p)) continue;
    try {
      const c = readFileSync(`/proc/${p}/cmdline`, "utf8");
      if (c.startsWith("postgres") || c.includes("/bin/postgres")) s += cpu(Number(p));
    } catch {}
  }
  return s;
};
await using stack = await startBenchStack({ workers: 2 });
const { db, close } = createDatabase({ url: stack.databaseUrl, applicationName: "b", statementTimeoutMs: 0 });
const files = await generateFiles(mkdtempSync("/tmp/lb-"), rows);
const pids = stack.pids();
for (const [name, run] of Object.entries({
  copy: () => copyFile(stack.databaseUrl, files.csv),
  ndjson: () => importFile(stack.apiUrl, "/v1/imports/users", "application/x-ndjson", files.ndjson),
  csv: () => importFile(stack.apiUrl, "/v1/imports/users", "text/csv", files.csv),
  ndjson2: () => importFile(stack.apiUrl, "/v1/imports/users", "application/x-ndjson", files.ndjson),
  ignore: () => importFile(stack.apiUrl, "/v1/imports/users?onConflict=ignore", "application/x-ndjson", files.ndjson),
  copy2: () => copyFile(stack.databaseUrl, files.csv),
})) {
  await sql`truncate users, jobs cascade`.execute(db);
  await sql`checkpoint`.execute(db);
  const b = Object.fromEntries(Object.entries(pids).map(([n, p]) => [n, cpu(p)]));
  const pg0 = pgcpu();
  const me = process.cpuUsage();
  const t = performance.now();
  const r: any = await run();
  const s = (performance.now() - t) / 1000;
  const m = process.cpuUsage(me);
  console.log(
    name.padEnd(9),
    s.toFixed(2) + "s",
    Object.entries(pids)
      .map(([n, p]) => `${n} ${(cpu(p) - b[n]!).toFixed(2)}`)
      .join("  "),
    "pg",
    (pgcpu() - pg0).toFixed(2),
    "me",
    ((m.user + m.system) / 1e6).toFixed(2),
    r?.counts
      ? `accepted→start ${Date.parse(r.startedAt) - Date.parse(r.createdAt)}ms run ${Date.parse(r.finishedAt) - Date.parse(r.startedAt)}ms`
      : "",
  );
}
await close();
