import { createDatabase } from "@longshore/shared/db/create-database";
import { Redis } from "ioredis";
import { sql } from "kysely";
import { load, type Answered } from "../load.ts";
import { call } from "../jobs/drive.ts";
import { median, printTable, round } from "../report.ts";
import { startBenchStack } from "../start-bench-stack.ts";
import { startMinimalApi } from "./start-minimal-api.ts";

const elsewhere =
  "Measured elsewhere, and not here: the same endpoints with FastAPI, uvicorn, asyncpg and redis ran 3.5 × (read) and " +
  "2.2 × (create) slower than minimal Express.\n";

/**
 * Users beside the least that Express can do: reads of one that Redis has, and creations, each answered by one process. In
 * turn, `rounds` times, each of a round in the other order than in the one before; ratios of medians.
 */
export async function benchApi({ rounds }: { rounds: number }): Promise<Record<string, number>> {
  await using stack = await startBenchStack({ workers: 0 });
  const { db, close } = createDatabase({ url: stack.databaseUrl, applicationName: "bench", statementTimeoutMs: 0 });
  const redis = new Redis(stack.redisUrl);
  using minimal = await startMinimalApi(stack);

  const longshore = `${stack.apiUrl}/v1/users`;
  const user = (await call(longshore, { email: "reader@example.com", name: "Reader" })) as { id: number };
  await redis.set("users:1", await (await fetch(`${longshore}/${user.id}`)).text());

  let figures: Record<string, Answered[]> = {};
  const measure = async (name: string, url: string, body?: object) => {
    (figures[name] ??= []).push(await load({ url, body }));
    if (body) await sql`vacuum analyze users`.execute(db);
  };
  const contenders = [
    { name: "minimal Express", one: `${minimal.url}/users/1`, all: `${minimal.url}/users` },
    { name: "Longshore", one: `${longshore}/${user.id}`, all: longshore },
  ];
  for (let turn = 0; turn <= rounds; turn += 1) {
    // In the first turn Node compiles what it will do a lot.
    if (turn === 1) figures = {};
    for (const { name, one } of inTurn(contenders, turn)) await measure(`cached read, ${name}`, one);
    for (const { name, all } of inTurn(contenders, turn)) await measure(`create, ${name}`, all, newUsers());
  }
  redis.disconnect();
  await close();

  printFigures(figures);
  process.stdout.write(elsewhere);
  const perSecond = (name: string) => median(figures[name]!.map((answered) => answered.perSecond));
  const ratioOf = (what: string) => round(perSecond(`${what}, Longshore`) / perSecond(`${what}, minimal Express`));
  return { cachedRead: ratioOf("cached read"), create: ratioOf("create") };
}

function inTurn<T>(contenders: readonly T[], turn: number): readonly T[] {
  return turn % 2 === 0 ? contenders : contenders.toReversed();
}

let series = 0;

/** Of each series another address, and of each that is sent. */
function newUsers(): { email: string; name: string } {
  series += 1;
  return { email: `user{n}@${series}.example.com`, name: "User {n}" };
}

function printFigures(figures: Readonly<Record<string, readonly Answered[]>>): void {
  const show = (value: number) => Math.round(value).toLocaleString("en");
  printTable(
    ["over 100 connections", "a second", "rounds", "p99, ms"],
    Object.entries(figures).map(([name, answered]) => [
      name,
      show(median(answered.map(({ perSecond }) => perSecond))),
      answered.map(({ perSecond }) => show(perSecond)).join("  "),
      show(median(answered.map(({ p99Ms }) => p99Ms))),
    ]),
  );
}
