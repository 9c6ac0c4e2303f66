import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JobRow } from "@longshore/shared/db/schema";
import { createDatabase } from "@longshore/shared/db/create-database";
import { bellChannel, createStatusBoard, type StatusBoard } from "@longshore/shared/status/status-board";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { createJobLogs, type RunLog } from "../src/runtime/job-log.ts";
import { reportProgress } from "../src/runtime/report-progress.ts";
import { createWorkerFixture, testKind, type TestHandler, type WorkerFixture } from "./worker-fixture.ts";

let fixture: WorkerFixture;
let board: StatusBoard;
let job: JobRow;
let processLines: Record<string, unknown>[];
beforeAll(async () => {
  fixture = await createWorkerFixture();
  board = createStatusBoard(fixture.redis.commands, fixture.redis.namespace, () => {});
});
beforeEach(async () => {
  processLines = [];
  [job] = (await fixture.insert({ request_id: "request-1" })) as [JobRow];
});
afterEach(() => fixture.reset());
afterAll(() => fixture.close());

const processLog = pino(
  { level: "debug" },
  new Writable({
    write(line: Buffer, _encoding, done) {
      processLines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  }),
);
const openLog = (of = job, db = fixture.database.db): RunLog => createJobLogs({ db, board, log: processLog })(of);

function readLines(jobId = job.id) {
  const { db } = fixture.database;
  const columns = ["level", "message", "fields"] as const;
  return db.selectFrom("job_logs").select(columns).where("job_id", "=", jobId).orderBy("seq").execute();
}

describe("what a handler logs", () => {
  it("is in the job's log, in its order, and in the process's with the ids", async () => {
    const { log, end } = openLog();
    log.debug("a");
    log.info("b", { n: 1 });
    log.warn("c");
    log.error("d", { err: new Error("no") });
    await end();
    expect(await readLines()).toEqual([
      { level: "debug", message: "a", fields: null },
      { level: "info", message: "b", fields: { n: 1 } },
      { level: "warn", message: "c", fields: null },
      { level: "error", message: "d", fields: { err: expect.objectContaining({ message: "no" }) as object } },
    ]);
    const ids = { jobId: job.id, kind: "test", requestId: "request-1" };
    expect(processLines).toMatchObject([
      { ...ids, msg: "a", level: 20 },
      { ...ids, msg: "b", level: 30, fields: { n: 1 } },
      { ...ids, msg: "c", level: 40 },
      { ...ids, msg: "d", level: 50 },
    ]);
  });

  it("is stored whatever it is, and does not keep its neighbours from it", async () => {
    const { log, end } = openLog();
    log.info("nul \0, half a pair \ud800", { "\0": "\udfff" });
    log.info(undefined as never, 5 as never);
    log.info("x".repeat(20_000), { large: "y".repeat(20_000) });
    log.info("plain");
    await end();
    const lines = await readLines();
    expect(lines.map(({ message }) => message.slice(0, 25))).toEqual([
      "nul \ufffd, half a pair \ufffd",
      "undefined",
      "x".repeat(25),
      "plain",
    ]);
    expect(lines.every((line) => Buffer.byteLength(line.message) + JSON.stringify(line.fields).length <= 8_300)).toBe(
      true,
    );
  });

  it("is kept up to 1,000 lines of a run, and says that there were more", async () => {
    const { log, end } = openLog();
    for (let n = 1; n <= 1_200; n += 1) log.info(`line ${n}`);
    await end();
    const lines = await readLines();
    expect(lines.length).toBe(1_001);
    expect(lines[999]!.message).toBe("line 1000");
    expect(lines[1_000]).toMatchObject({ level: "warn", message: "The log of this run is full: it keeps 1000 lines" });
    expect(processLines.length).toBe(1_200);
  });

  it("after its run has ended goes to the process's log only", async () => {
    const { log, end } = openLog();
    await end();
    log.info("too late");
    await openLog().end();
    expect(await readLines()).toEqual([]);
    expect(processLines).toMatchObject([{ msg: "too late" }]);
  });

  it("of a job that is gone is dropped, and the lines of others are not", async () => {
    const open = createJobLogs({ db: fixture.database.db, board, log: processLog });
    const logs = [open({ ...job, id: "0199a000-0000-7000-8000-000000000000" }), open(job)];
    for (const { log } of logs) log.info("a");
    await Promise.all(logs.map(({ end }) => end()));
    expect(await readLines()).toMatchObject([{ message: "a" }]);
  });

  it("is dropped while PostgreSQL is away, in no more than two seconds, and the process says so", async () => {
    const away = createDatabase({ url: "postgres://x@127.0.0.1:1/x", applicationName: "away", connectTimeoutMs: 100 });
    const { log, end } = openLog(job, away.db);
    for (let n = 0; n < 6_000; n += 1) log.info("a");
    const start = performance.now();
    await end();
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(processLines).toContainEqual(expect.objectContaining({ msg: "lines of jobs' logs were dropped" }));
    await away.close();
  });

  it("rings for its job", async () => {
    const bell = fixture.redis.commands.duplicate();
    const rung = new Set<string>();
    bell.on("message", (_channel, jobIds: string) => jobIds.split(" ").forEach((id) => rung.add(id)));
    await waitFor("the bell", async () => bell.status === "ready");
    await bell.subscribe(bellChannel(fixture.redis.namespace));
    const { log, end } = openLog();
    log.info("a");
    await end();
    await waitFor("a ring", async () => rung.has(job.id));
    bell.disconnect();
  });

  it("is there before its job is over, also when the run failed", async () => {
    const handler: TestHandler = async ({ fail }, { log }) => {
      for (let n = 0; n < 300; n += 1) log.info(`line ${n}`);
      if (fail) throw new Error("no luck");
      return {};
    };
    fixture.startWorker({ kinds: [testKind(handler)] });
    const jobs = await fixture.submit({ payload: "{}" }, { payload: '{"fail":true}', max_attempts: 1 });
    const counts = await Promise.all(
      jobs.map(({ id }, at) =>
        waitFor("the end", async () => {
          const { rows } = await fixture.database.pool.query<{ lines: number }>(
            "select (select count(*)::int from job_logs where job_id = id) as lines from jobs where id = $1 and state = $2",
            [id, at === 0 ? "succeeded" : "failed"],
          );
          return rows[0];
        }),
      ),
    );
    expect(counts).toEqual([{ lines: 300 }, { lines: 300 }]);
  });
});

describe("what a handler reports", () => {
  const run = () => ({ jobId: job.id, delivery: 1 });
  const shown = async () => JSON.parse((await board.readProgress([run()]))[0] ?? "null") as { done: number } | null;
  const untilShown = (done: number) => waitFor(`progress ${done}`, async () => (await shown())?.done === done);

  it("is shown at once, and of calls in quick succession the last one too", async () => {
    const { show, end } = reportProgress(board, run());
    show(1, 10, "rows");
    await untilShown(1);
    for (let done = 2; done <= 7; done += 1) show(done, 10, "rows");
    expect((await shown())?.done).toBe(1);
    await untilShown(7);
    expect(await shown()).toEqual({
      done: 7,
      total: 10,
      unit: "rows",
      ratio: 0.7,
      rowsPerSecond: null,
      etaSeconds: null,
    });
    end();
  });

  it("is nothing when it is no number, and no more than all", async () => {
    const { show, end } = reportProgress(board, run());
    show(NaN, 10, "rows");
    show(1, Infinity, "rows");
    show(20, 10, "rows");
    await untilShown(20);
    expect(await shown()).toMatchObject({ ratio: 1 });
    end();
  });

  it("is soon forgotten when the run has ended, and a handler that goes on shows nothing", async () => {
    const { show, end } = reportProgress(board, run());
    show(1, 10, "rows");
    await untilShown(1);
    end();
    show(2, 10, "rows");
    const key = `{${fixture.redis.namespace}:progress}:${job.id}`;
    await waitFor("a short life", async () => (await fixture.redis.commands.pttl(key)) <= 60_000);
    expect((await shown())?.done).toBe(1);
  });
});
