import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import { upload } from "../faults/upload.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Random } from "./create-random.ts";
import type { Ledger } from "./ledger.ts";
import { submitJob } from "./submit-job.ts";

export type Load = { stop(): Promise<void> };

type Client = (random: Random) => Promise<void>;

/** Clients that import rows and submit jobs without a pause, and note in the ledger what was acknowledged. */
export function startLoad({ url }: FaultStack, ledger: Ledger, random: Random): Load {
  const stopping = new AbortController();

  const importRows: Client = async (choices) => {
    const rows = { group: `group-${ledger.imports.length}-${randomUUID()}-`, count: choices.int(1, 20_000) };
    const idempotencyKey = randomUUID();
    const job = await acknowledge(rows.group, async () => (await upload(url, rows, { idempotencyKey })).job);
    ledger.imports.push({ ...rows, job });
  };

  const sleep: Client = async (choices) => {
    const options = { priority: choices.pick([0, 0, 5]), delayMs: choices.pick([0, 0, 0, choices.int(1, 3_000)]) };
    ledger.jobs.push(await submitJob(url, { kind: "sleep", payload: { durationMs: choices.int(0, 2_000) }, options }));
    await setTimeout(choices.int(0, 40));
  };

  const process: Client = async (choices) => {
    const userId = ledger.nextUser();
    const job = await submitJob(url, { kind: "users.process", payload: { userId } });
    ledger.processed.push({ userId, job });
    await setTimeout(choices.int(0, 40));
  };

  async function repeat(client: Client): Promise<void> {
    const choices = random.fork();
    while (!stopping.signal.aborted) await client(choices);
  }

  const clients = [importRows, importRows, sleep, sleep, process, process].map(repeat);
  // A client that fails is a broken promise; it is thrown when the load is stopped.
  const ended = Promise.all(clients);
  ended.catch(() => {});
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
