/** graphile-worker with 10 jobs at once and no local queue; or, batched, with a local queue of 500 and completion in batches. */
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { countDown, readTask } from "./count-down.ts";

const task = readTask();
const connection = { connectionString: task.databaseUrl };
const tools = await makeWorkerUtils(connection);
await tools.migrate();
await tools.withPgClient((client) => client.query("delete from graphile_worker._private_jobs"));
for (let added = 0; added < task.jobs; added += 1_000)
  await tools.addJobs(Array.from({ length: 1_000 }, () => ({ identifier: "noop", payload: { durationMs: 0 } })));

const batches = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
await countDown(task, (done) =>
  run({
    ...connection,
    concurrency: task.batched ? 50 : 10,
    noHandleSignals: true,
    preset: { worker: task.batched ? batches : {} },
    logger: new Logger(() => () => {}),
    taskList: { noop: async () => done(1) },
  }),
);
