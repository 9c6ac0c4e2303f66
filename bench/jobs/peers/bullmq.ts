/** BullMQ alone: its worker, 50 jobs at once, no database. */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { countDown, readTask } from "./count-down.ts";

const task = readTask();
const connection = new Redis(task.redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue("bare", { connection });
await queue.obliterate({ force: true });
const entry = { name: "job", data: { durationMs: 0 }, opts: { removeOnComplete: true } };
for (let added = 0; added < task.jobs; added += 1_000) await queue.addBulk(Array.from({ length: 1_000 }, () => entry));

await countDown(task, async (done) => {
  const worker = new Worker("bare", async () => done(1), { connection: connection.duplicate(), concurrency: 50 });
  await worker.waitUntilReady();
});
