import { createDatabase, type Db } from "@longshore/shared/db/create-database";
import { Redis } from "ioredis";
import { median, printTable, round } from "../report.ts";
import { type BenchStack, type BenchStackOptions, startBenchStack } from "../start-bench-stack.ts";
import { timeBacklog } from "./drive.ts";
import { measurePolls } from "./measure-polls.ts";
import { measureSubmit } from "./measure-submit.ts";
import type { PeerTask } from "./peers/count-down.ts";
import { runPeer, startBareApi, startQueueOnlyApp } from "./run-peer.ts";

const noops = 60_000;
const limitMs = 6_000;

/** What was measured, a value for each round. */
type Figures = Record<string, number[]>;

type Contest = { stack: BenchStack; db: Db; redis: Redis; bare: { url: string }; queueOnly: { url: string } };

/**
 * Jobs beside what a user would otherwise take: BullMQ alone, behind the same Express app and behind the least that Express
 * can do, under a Redis that writes to disk before it answers; and two queues in the same PostgreSQL. All in turn, `rounds`
 * times, after two in which Node compiles what it will do a lot: it takes an API some ten seconds of load to come to its
 * slowest percentile as it will be; ratios of medians.
 */
export async function benchJobs({ rounds }: { rounds: number }): Promise<Record<string, number>> {
  const figures: Figures = {};
  const note = (name: string, value: number) => (figures[name] ??= []).push(value);
  const middle = (name: string) => median(figures[name]!);

  await withStack({ workers: 1 }, async (stack, db) => {
    const redis = new Redis(stack.redisUrl);
    await redis.config("SET", "appendfsync", "always");
    using bare = await startBareApi(stack.redisUrl);
    await using queueOnly = await startQueueOnlyApp(stack);
    const all = { stack, db, redis, bare, queueOnly };
    for (let turn = 0; turn < 2; turn += 1) await takeTurn(all, () => {});
    for (let turn = 0; turn < rounds; turn += 1) await takeTurn(all, note);
    redis.disconnect();
  });
  for (const workers of [1, 2, 4]) {
    await withStack({ workers }, async ({ apiUrl }, db) => {
      const jobs = 2_000 * workers;
      await timeBacklog(apiUrl, db, jobs, 50);
      for (let turn = 0; turn < rounds; turn += 1)
        note(`${workers} workers, 50 ms`, jobs / (await timeBacklog(apiUrl, db, jobs, 50)).seconds);
    });
  }
  await withStack({ workers: 4, settings: { KIND_CONCURRENCY: "sleep=10" } }, async ({ apiUrl }, db) => {
    for (let turn = 0; turn < rounds; turn += 1) note("spread, s", (await timeBacklog(apiUrl, db, 40, 1_000)).seconds);
  });

  printFigures(figures);
  return {
    submit: round(middle("submit, Longshore") / middle("submit, the same app with BullMQ alone")),
    submitOfBare: round(middle("submit, Longshore") / middle("submit, bare Express with BullMQ alone")),
    noop: round(middle("no-op, Longshore") / middle("no-op, bare BullMQ")),
    poll: round(middle("poll, Longshore") / middle("poll, bare route")),
    scale2: round(middle("2 workers, 50 ms") / middle("1 workers, 50 ms") / 2),
    scale4: round(middle("4 workers, 50 ms") / middle("1 workers, 50 ms") / 4),
  };
}

async function takeTurn({ stack, db, redis, bare, queueOnly }: Contest, note: (name: string, value: number) => void) {
  const contenders = { apiUrl: stack.apiUrl, bareUrl: bare.url, queueOnlyUrl: queueOnly.url };
  const submit = await measureSubmit(contenders, db, redis);
  note("submit, bare Express with BullMQ alone", submit.bare.perSecond);
  note("submit, the same app with BullMQ alone", submit.queueOnly.perSecond);
  note("submit, Longshore", submit.longshore.perSecond);
  note("p99 of that, bare Express, ms", submit.bare.p99Ms);
  note("p99 of that, the same app, ms", submit.queueOnly.p99Ms);
  note("p99 of that, Longshore, ms", submit.longshore.p99Ms);

  const polls = await measurePolls(stack, bare, redis);
  note("poll, bare route", polls.bare.perSecond);
  note("poll, Longshore", polls.longshore.perSecond);

  const peer = (name: string, batched: boolean, jobs = noops) => {
    const task: PeerTask = { databaseUrl: stack.databaseUrl, redisUrl: stack.redisUrl, jobs, limitMs, batched };
    return runPeer(name, task);
  };
  note("no-op, bare BullMQ", await peer("bullmq", false));
  note("no-op, Longshore", (await timeBacklog(stack.apiUrl, db, noops, 0)).perSecond);
  note("no-op, pg-boss", await peer("pg-boss", false, 1_000));
  note("no-op, pg-boss in batches", await peer("pg-boss", true));
  note("no-op, graphile-worker", await peer("graphile-worker", false));
  note("no-op, graphile-worker in batches", await peer("graphile-worker", true));
}

async function withStack(
  options: BenchStackOptions,
  measure: (stack: BenchStack, db: Db) => Promise<void>,
): Promise<void> {
  await using stack = await startBenchStack(options);
  const { db, close } = createDatabase({ url: stack.databaseUrl, applicationName: "bench", statementTimeoutMs: 0 });
  try {
    await measure(stack, db);
  } finally {
    await close();
  }
}

function printFigures(figures: Figures): void {
  const show = (value: number) => (value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString("en"));
  printTable(
    ["a second, unless said otherwise", "median", "rounds"],
    Object.entries(figures).map(([name, values]) => [name, show(median(values)), values.map(show).join("  ")]),
  );
}
