import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { printTable, round } from "../report.ts";
import { startBenchStack } from "../start-bench-stack.ts";
import { watchMemory } from "../watch-memory.ts";

/** What the processes are to stay under, in MiB. */
const goals: Readonly<Record<string, number>> = { api: 200, "worker-1": 400, "worker-2": 400 };

/**
 * One upload of `megabytes` as NDJSON, made while it is sent and never on a disk, and how much memory the processes take
 * at most until its last row is committed. Answers each peak as a share of its goal.
 */
export async function benchMemory({ megabytes }: { megabytes: number }): Promise<Record<string, number>> {
  await using stack = await startBenchStack({ workers: 2 });
  const memory = await watchMemory(stack.pids());

  const start = performance.now();
  const job = await upload(`${stack.apiUrl}/v1/imports/users`, megabytes * 1e6);
  const uploaded = performance.now();
  const afterUpload = await memory.peaks();
  const { state, counts } = await untilOver(new URL(job.links.self, stack.apiUrl));
  const applied = performance.now();
  const peaks = await memory.peaks();

  if (state !== "succeeded" || counts?.inserted !== counts?.received)
    throw new Error(`The import ended as ${state} with ${JSON.stringify(counts)}`);
  printTable(
    ["resident at most, MiB", "during the upload", "in all", "goal"],
    Object.entries(peaks).map(([name, mib]) => [name, `${afterUpload[name]}`, `${mib}`, `${goals[name]}`]),
  );
  const seconds = (from: number, to: number) => round((to - from) / 1_000, 1);
  process.stdout.write(
    `${counts?.received.toLocaleString("en")} rows, ${megabytes} MB of NDJSON: uploaded in ${seconds(start, uploaded)} s, ` +
      `applied in ${seconds(start, applied)} s\n`,
  );
  return Object.fromEntries(Object.entries(peaks).map(([name, mib]) => [name, round(mib / goals[name]!)]));
}

async function upload(url: string, bytes: number): Promise<JobView> {
  const sending = request(url, { method: "POST", headers: { "content-type": "application/x-ndjson" } });
  const [, [response]] = await Promise.all([
    pipeline(Readable.from(pieces(bytes), { highWaterMark: 1 }), sending),
    once(sending, "response") as Promise<[IncomingMessage]>,
  ]);
  const body = await text(response);
  if (response.statusCode !== 202) throw new Error(body);
  return JSON.parse(body) as JobView;
}

/** Rows of about 250 bytes, half of which cannot be compressed away. */
function* pieces(bytes: number): Generator<Buffer> {
  let sent = 0;
  for (let id = 0; sent < bytes;) {
    const noise = randomBytes(96 * 1_000).toString("hex");
    let lines = "";
    for (let at = 0; at < 1_000; at += 1, id += 1)
      lines += `{"email":"person${id}@example.com","name":"${noise.slice(at * 192, (at + 1) * 192)}"}\n`;
    sent += lines.length;
    yield Buffer.from(lines);
  }
}

async function untilOver(url: URL): Promise<JobView> {
  for (;;) {
    const job = (await (await fetch(url)).json()) as JobView;
    if (isTerminal(job.state)) return job;
    await setTimeout(200);
  }
}
