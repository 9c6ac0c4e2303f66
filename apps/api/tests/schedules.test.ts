import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScheduleView } from "@longshore/shared/schedules/schedule-view";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

type Answer<Body> = { status: number; headers: Headers; body: Body };

async function call<Body = ScheduleView & { code?: string; errors?: { pointer: string }[] }>(
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  const init =
    body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(api.url + path, { method, ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as Body };
}

let made = 0;
function describeSchedule(changes: object = {}) {
  made += 1;
  return { name: `schedule ${made}`, kind: "sleep", payload: { durationMs: 1 }, cron: "30 2 * * *", ...changes };
}

async function create(changes: object = {}): Promise<ScheduleView> {
  const { status, body } = await call("POST", "/v1/schedules", describeSchedule(changes));
  expect(status).toBe(201);
  return body;
}

const minutesUntil = (time: string | null) => (Date.parse(time!) - Date.now()) / 60_000;

describe("a new schedule", () => {
  it("is answered with its URL, its defaults and its next runs", async () => {
    const { status, headers, body } = await call("POST", "/v1/schedules", describeSchedule());
    expect(status).toBe(201);
    expect(headers.get("location")).toBe(`/v1/schedules/${body.id}`);
    expect(body).toMatchObject({
      cron: "30 2 * * *",
      timeZone: "UTC",
      intervalMs: null,
      options: {},
      catchUp: "once",
      overlap: "allow",
      paused: false,
      lastRunAt: null,
      lastJobId: null,
      lastError: null,
    });
    expect(body.nextRuns).toHaveLength(5);
    expect(body.nextRuns[0]).toBe(body.nextRunAt);
    for (const run of body.nextRuns) expect(run).toMatch(/T02:30:00\.000Z$/);
    expect((await call("GET", body.links.self)).body).toEqual(body);
  });

  it("with an interval runs first after one", async () => {
    const { nextRuns, timeZone } = await create({ cron: undefined, intervalMs: 120_000 });
    expect(minutesUntil(nextRuns[0]!)).toBeCloseTo(2, 1);
    expect(Date.parse(nextRuns[4]!) - Date.parse(nextRuns[0]!)).toBe(4 * 120_000);
    expect(timeZone).toBeNull();
  });

  it("that is paused has no next run", async () => {
    expect(await create({ paused: true })).toMatchObject({ paused: true, nextRunAt: null, nextRuns: [] });
  });

  it("cannot have the name of another", async () => {
    const { name } = await create();
    expect(await call("POST", "/v1/schedules", describeSchedule({ name }))).toMatchObject({
      status: 409,
      body: { code: "already_exists", errors: [{ pointer: "/name" }] },
    });
  });

  it.each([
    ["no timing", { cron: undefined }, "/cron"],
    ["two timings", { intervalMs: 5_000 }, "/intervalMs"],
    ["a time zone and an interval", { cron: undefined, intervalMs: 5_000, timeZone: "UTC" }, "/timeZone"],
    ["an interval under a second", { cron: undefined, intervalMs: 999 }, "/intervalMs"],
    ["an expression that is none", { cron: "61 * * * *" }, "/cron"],
    ["an expression of seven fields", { cron: "0 0 0 * * * 2030" }, "/cron"],
    ["a day that never comes", { cron: "0 0 30 2 *" }, "/cron"],
    ["a time zone that is none", { timeZone: "Mars/Olympus" }, "/timeZone"],
    ["an offset for a time zone", { timeZone: "+02:00" }, "/timeZone"],
    ["a payload that does not fit", { payload: { durationMs: "long" } }, "/payload/durationMs"],
    ["an option of single jobs", { options: { delayMs: 5 } }, "/options/delayMs"],
    ["a dedupKey", { options: { dedupKey: "a" } }, "/options/dedupKey"],
    ["an unknown field", { color: "red" }, "/color"],
    ["an unknown policy", { catchUp: "twice" }, "/catchUp"],
    ["an unknown kind", { kind: "nope" }, "/kind"],
    ["an internal kind", { kind: "webhook.deliver" }, "/kind"],
  ])("with %s is 422 and says where", async (_what, changes, pointer) => {
    expect(await call("POST", "/v1/schedules", describeSchedule(changes))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer }] },
    });
  });

  it("may run every second, by six fields", async () => {
    const { nextRuns } = await create({ cron: "* * * * * *" });
    expect(Date.parse(nextRuns[4]!) - Date.parse(nextRuns[0]!)).toBe(4_000);
  });
});

describe("a change", () => {
  it("by PATCH leaves what is not sent", async () => {
    const before = await create({
      options: { attempts: 3 },
      timeZone: "Europe/Berlin",
      catchUp: "all",
      overlap: "skip",
    });
    const { status, body } = await call("PATCH", before.links.self, { payload: { durationMs: 9 } });
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, payload: { durationMs: 9 }, updatedAt: body.updatedAt });
    expect((await call("PATCH", before.links.self, {})).body).toMatchObject({ options: { attempts: 3 } });
  });

  it("by PATCH turns a cron expression into an interval, and back", async () => {
    const { links } = await create({ timeZone: "Europe/Berlin" });
    const interval = await call("PATCH", links.self, { intervalMs: 60_000 });
    expect(interval.body).toMatchObject({ cron: null, timeZone: null, intervalMs: 60_000 });
    expect(minutesUntil(interval.body.nextRunAt)).toBeCloseTo(1, 1);
    const cron = await call("PATCH", links.self, { cron: "0 0 1 1 *", intervalMs: null });
    expect(cron.body).toMatchObject({ cron: "0 0 1 1 *", timeZone: "UTC", intervalMs: null });
    expect(cron.body.nextRunAt).toMatch(/-01-01T00:00:00\.000Z$/);
  });

  it("by PATCH that would leave no sense is 422", async () => {
    const { links } = await create();
    expect((await call("PATCH", links.self, { cron: null })).status).toBe(422);
    expect((await call("PATCH", links.self, { cron: "* * * * *", intervalMs: 5_000 })).status).toBe(422);
    expect((await call("PATCH", links.self, { payload: {} })).body.errors).toMatchObject([
      { pointer: "/payload/durationMs" },
    ]);
  });

  it("by PUT sets back what is not sent", async () => {
    const { name, links } = await create({ options: { attempts: 3 }, timeZone: "Europe/Berlin", catchUp: "all" });
    const { status, body } = await call("PUT", links.self, describeSchedule({ name, intervalMs: 5_000, cron: null }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ name, options: {}, catchUp: "once", cron: null, timeZone: null, intervalMs: 5_000 });
  });

  it("cannot take another one's name", async () => {
    const [one, other] = [await create(), await create()];
    expect((await call("PATCH", one.links.self, { name: other.name })).status).toBe(409);
    expect((await call("PATCH", one.links.self, { name: one.name })).status).toBe(200);
  });

  it("of something else leaves an interval's phase", async () => {
    const before = await create({ cron: undefined, intervalMs: 3_600_000 });
    const { body } = await call("PATCH", before.links.self, { payload: { durationMs: 2 }, intervalMs: 3_600_000 });
    expect(body.nextRuns).toEqual(before.nextRuns);
  });
});

describe("pausing and resuming", () => {
  it("leave an interval's phase, and make up for nothing", async () => {
    const { id, links, nextRuns } = await create({ cron: undefined, intervalMs: 3_600_000 });
    expect(await call("POST", `${links.self}/pause`)).toMatchObject({
      status: 200,
      body: { paused: true, nextRunAt: null },
    });

    // As if the pause had lasted for ten and a half runs.
    const paused = new Date(Date.parse(nextRuns[0]!) - 11.5 * 3_600_000);
    await api.database.db.updateTable("schedules").set({ next_run_at: paused }).where("id", "=", id).execute();
    const { status, body } = await call("POST", `${links.self}/resume`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ paused: false });
    expect(minutesUntil(body.nextRunAt)).toBeCloseTo(30, 1);
  });

  it("work by PATCH too", async () => {
    const { links, nextRuns } = await create();
    expect((await call("PATCH", links.self, { paused: true })).body).toMatchObject({ paused: true, nextRuns: [] });
    expect((await call("PATCH", links.self, { paused: false })).body).toMatchObject({ paused: false, nextRuns });
  });

  it("work although the kind is gone", async () => {
    const { id, links } = await create();
    await api.database.db.updateTable("schedules").set({ kind: "gone" }).where("id", "=", id).execute();
    expect((await call("POST", `${links.self}/pause`)).status).toBe(200);
    expect(await call("POST", `${links.self}/run`)).toMatchObject({ status: 422, body: { code: "unknown_kind" } });
  });
});

describe("running a schedule now", () => {
  it("submits a job, also while it is paused, and leaves its next runs", async () => {
    const { id, links, nextRuns } = await create({ options: { attempts: 7, tags: { a: "b" } } });
    await call("POST", `${links.self}/pause`);
    const { status, headers, body } = await call<JobView>("POST", `${links.self}/run`);
    expect(status).toBe(202);
    expect(headers.get("location")).toBe(body.links.self);
    expect(body).toMatchObject({ kind: "sleep", state: "queued", maxAttempts: 7, tags: { a: "b" }, scheduleId: id });
    expect((await call("GET", body.links.self)).status).toBe(200);

    const resumed = await call("POST", `${links.self}/resume`);
    expect(resumed.body).toMatchObject({
      lastJobId: body.id,
      lastRunAt: body.createdAt,
      nextRuns,
      links: { lastJob: body.links.self },
    });
  });

  it("answers the job that is not over if none may overlap", async () => {
    const { links } = await create({ overlap: "skip" });
    const [first, second] = await Promise.all([1, 2].map(() => call<JobView>("POST", `${links.self}/run`)));
    expect(second!.body.id).toBe(first!.body.id);
  });
});

describe("the list of schedules", () => {
  it("has them all, the newest first, in pages", async () => {
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await create()).id);
    const seen: string[] = [];
    let path = "/v1/schedules?limit=2";
    for (;;) {
      const { body } = await call<{ items: ScheduleView[]; nextCursor: string | null }>("GET", path);
      seen.push(...body.items.map(({ id }) => id));
      if (body.nextCursor === null) break;
      path = `/v1/schedules?limit=2&cursor=${body.nextCursor}`;
    }
    expect(seen.slice(0, 5)).toEqual(ids);
    const stored = await api.database.db.selectFrom("schedules").select("id").orderBy("id", "desc").execute();
    expect(seen).toEqual(stored.map(({ id }) => id));
  });
});

describe("a schedule that is not there", () => {
  it.each([
    ["GET", ""],
    ["PUT", ""],
    ["PATCH", ""],
    ["DELETE", ""],
    ["POST", "/pause"],
    ["POST", "/resume"],
    ["POST", "/run"],
  ])("is 404 for %s %s", async (method, action) => {
    const body = method.startsWith("P") && action === "" ? describeSchedule() : undefined;
    const { status } = await call(method, `/v1/schedules/0199a000-0000-7000-8000-000000000000${action}`, body);
    expect(status).toBe(404);
  });

  it("is one that was removed, whose jobs stay", async () => {
    const { links } = await create();
    const { body: job } = await call<JobView>("POST", `${links.self}/run`);
    expect((await call("DELETE", links.self)).status).toBe(204);
    expect((await call("DELETE", links.self)).status).toBe(404);
    expect((await call("GET", job.links.self)).status).toBe(200);
  });
});
