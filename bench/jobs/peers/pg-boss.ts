/** pg-boss as its documentation shows it; or, batched, four workers that fetch 1,000 jobs at once. */
import { PgBoss } from "pg-boss";
import { countDown, readTask } from "./count-down.ts";

const task = readTask();
const boss = new PgBoss({ connectionString: task.databaseUrl, schema: "pgboss" });
boss.on("error", (error) => process.stderr.write(`${error.message}\n`));
await boss.start();
await boss.deleteQueue("noop");
await boss.createQueue("noop");
for (let added = 0; added < task.jobs; added += 1_000)
  await boss.insert(
    "noop",
    Array.from({ length: 1_000 }, () => ({ data: { durationMs: 0 } })),
  );

const options = task.batched ? { batchSize: 1_000, localConcurrency: 4, pollingIntervalSeconds: 0.5 } : {};
await countDown(task, (done) => boss.work("noop", options, async (jobs) => done(jobs.length)));
