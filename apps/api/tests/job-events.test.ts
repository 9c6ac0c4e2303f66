import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connectRedis } from "@longshore/shared/queue/connect-redis";
import { bellChannel } from "@longshore/shared/status/status-board";
import { waitFor } from "@longshore/shared/testing/wait-for";
import { openEvents, type OpenEvents, type SeenFrame } from "./open-events.ts";
import { startScriptedJob, type ScriptedJob } from "./scripted-job.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
let job: ScriptedJob;
beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  job = await startScriptedJob(api);
});
afterAll(() => api.close());

const follow = (lastEventId?: string) =>
  openEvents(`${job.url}/events`, lastEventId === undefined ? {} : { "last-event-id": lastEventId });

/** What a reader makes of frames: states by their name, lines by their message. */
const gist = (frames: SeenFrame[]) =>
  frames.map(({ event, data }) => {
    if (event === "log") return `log ${data.message as string}`;
    return event === "progress" ? `progress ${data.done as number}` : `${event} ${data.state as string}`;
  });

/** Runs a job to its end while a client follows, step by step. */
async function followToTheEnd(): Promise<SeenFrame[]> {
  const events = await follow();
  const seen = async (count: number) => void (await events.first(count));
  await seen(1);
  await job.become("running");
  await seen(2);
  await job.log("info", "one", "two");
  await seen(4);
  await job.report(5);
  await seen(5);
  await job.log("warn", "three");
  await job.become("succeeded", { result: { fine: true } });
  return events.all();
}

const wholeStory = [
  "state queued",
  "state running",
  "log one",
  "log two",
  "progress 5",
  "log three",
  "state succeeded",
  "end succeeded",
];

describe("who follows a job", () => {
  it("sees its state at once, then all that becomes of it, then its end", async () => {
    const frames = await followToTheEnd();
    // The last line and the last state may be told by the same look.
    expect(gist(frames).toSorted()).toEqual(wholeStory.toSorted());
    expect(gist(frames).slice(0, 5)).toEqual(wholeStory.slice(0, 5));
    expect(frames.at(-1)).toMatchObject({ event: "end", data: { id: job.id, result: { fine: true } } });
    expect(frames.find(({ event }) => event === "log")!.data).toEqual({
      seq: expect.any(Number) as number,
      at: expect.any(String) as string,
      level: "info",
      message: "one",
      fields: { n: 1 },
    });
  });

  it("comes back with the id of any frame, and gets all that came after it, and nothing twice", async () => {
    const frames = await followToTheEnd();
    for (const [at, { id }] of frames.entries()) {
      const rest = await (await follow(id)).all();
      // Progress is of the moment; and of states only the last one is told.
      const after = frames.slice(at + 1).filter(({ event, data }) => event !== "progress" && data.state !== "running");
      expect(gist(rest)).toEqual(gist(after).length > 0 ? expect.arrayContaining(gist(after)) : []);
      expect(rest.length).toBe(after.length);
    }
  });

  it("need not come back after the end: that is 204", async () => {
    const frames = await followToTheEnd();
    expect((await follow(frames.at(-1)!.id)).status).toBe(204);
    await job.become("queued");
    const again = await follow(frames.at(-1)!.id);
    const [first] = await again.first(1);
    expect(gist([first!])).toEqual(["state queued"]);
    expect(first!.id).toMatch(/^\d+\.\d+$/);
    again.close();
  });

  it("sees a job that is over from its start to its end", async () => {
    await job.log("error", "no luck");
    await job.become("failed");
    expect(gist(await (await follow()).all())).toEqual(["state failed", "log no luck", "end failed"]);
  });

  it("may say in the query what it has seen; the header goes before that", async () => {
    await job.log("info", "one", "two");
    await job.become("failed");
    const frames = await (await follow()).all();
    const [first, second] = frames.filter(({ event }) => event === "log") as [SeenFrame, SeenFrame];
    const byQuery = (headers = {}) => openEvents(`${job.url}/events?lastEventId=${first.id}`, headers);
    expect(gist(await (await byQuery()).all())).toEqual(["log two", "end failed"]);
    expect(gist(await (await byQuery({ "last-event-id": second.id })).all())).toEqual(["end failed"]);
  });

  it.each(["", "x", "1", "-1.0", "999.999", "1e3.0", "9999999999999999.0"])(
    "and says that it has seen %j, which is no id of this job's, sees all of it",
    async (id) => {
      await job.log("info", "one");
      await job.become("failed");
      expect(gist(await (await follow(id)).all())).toEqual(["state failed", "log one", "end failed"]);
    },
  );

  it("gets every line of a long log once, and in its order", async () => {
    const messages = Array.from({ length: 1_000 }, (_, n) => `line ${n}`);
    const events = await follow();
    for (let at = 0; at < 1_000; at += 125) await job.log("debug", ...messages.slice(at, at + 125));
    await job.become("succeeded");
    const lines = (await events.all()).filter(({ event }) => event === "log");
    expect(lines.map(({ data }) => data.message)).toEqual(messages);
  });

  it("sees the progress of an import too", async () => {
    const values = {
      job_id: job.id,
      dataset: "users",
      format: "csv" as const,
      columns: null,
      on_conflict: "error" as const,
    };
    const { db } = api.database;
    await db
      .insertInto("imports")
      .values({ ...values, release_window: 1, max_rejects: null, rows_received: 10, chunks_total: 2 })
      .execute();
    const events = await follow();
    await events.first(2);
    await db.updateTable("imports").set({ rows_inserted: 5, chunks_done: 1 }).where("job_id", "=", job.id).execute();
    await job.become("running");
    const frames = await events.first(4);
    expect(gist(frames.filter(({ event }) => event === "progress"))).toEqual(["progress 0", "progress 5"]);
    expect(frames[2]!.data).toMatchObject({ counts: { inserted: 5, pending: 5 } });
    events.close();
  });

  it("hears that an unknown job is 404", async () => {
    const { status } = await openEvents(`${api.url}/v1/jobs/0199a000-0000-7000-8000-000000000000/events`);
    expect(status).toBe(404);
  });
});

describe("a WebSocket", () => {
  it("brings what the events bring", async () => {
    const frames = await followToTheEnd();
    const socket = new WebSocket(`${job.url.replace("http", "ws")}/events?lastEventId=${frames[3]!.id}`);
    const messages: SeenFrame[] = [];
    socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()) as SeenFrame));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1000);
    expect(messages).toEqual(await (await follow(frames[3]!.id)).all());
  });
});

describe("any number of streams", () => {
  const subscriptions = async () => {
    const [, count] = (await api.redis.commands.pubsub("NUMSUB", bellChannel(api.redis.namespace))) as [string, number];
    return count;
  };

  it("of any number of jobs costs one subscription, and each hears of its own job", async () => {
    const jobs = await Promise.all(Array.from({ length: 20 }, () => startScriptedJob(api)));
    const streams = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => openEvents(`${jobs[n % 20]!.url}/events`)),
    );
    await Promise.all(streams.map(({ first }) => first(1)));
    expect(await subscriptions()).toBe(1);

    await Promise.all(jobs.slice(0, 10).map(({ become }) => become("succeeded")));
    const over = streams.filter((_, n) => n % 20 < 10);
    const ends = await Promise.all(over.map(({ all }) => all()));
    expect(ends.map((frames) => gist(frames).at(-1))).toEqual(over.map(() => "end succeeded"));
    const others = streams.filter((_, n) => n % 20 >= 10);
    expect(others.every(({ frames }) => frames().length === 1)).toBe(true);
    for (const { close } of others) close();
  });

  it("hears a lost bell again, and what it missed meanwhile", async () => {
    const events = await follow();
    await events.first(1);
    const clients = (await api.redis.commands.client("LIST", "TYPE", "PUBSUB")) as string;
    const ours = new RegExp(`^id=(\\d+) .*\\bname=${bellChannel(api.redis.namespace)} `, "gm");
    const ids = [...clients.matchAll(ours)].map(([, id]) => id!);
    expect(ids.length).toBe(1);
    await Promise.all(ids.map((id) => api.redis.commands.client("KILL", "ID", id)));
    await job.become("succeeded");
    expect(gist(await events.all()).at(-1)).toBe("end succeeded");
    await waitFor("the subscription", async () => (await subscriptions()) === 1);
  });

  it("goes on without Redis", async () => {
    const away = connectRedis({ url: "redis://127.0.0.1:1", name: "away", commandTimeoutMs: 200, onError: () => {} });
    const lonely = await startApi({ redis: away });
    try {
      job = await startScriptedJob(lonely);
      const events: OpenEvents = await follow();
      await events.first(1);
      await job.log("info", "one");
      await job.become("succeeded");
      expect(gist(await events.all())).toEqual(expect.arrayContaining(["log one", "end succeeded"]));
    } finally {
      away.disconnect();
      await lonely.close();
    }
  });
});
