import { expect } from "vitest";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";

/** Real things for the ids in examples, made when they are asked for. */
export type ExampleFixtures = {
  /** The path of an operation, with what `{id}` and `{name}` in it lead to. */
  fill(path: string): Promise<string>;
  /** A short job with these options. */
  submit(options: object): Promise<JobView>;
  /** Has a queue start nothing any more. */
  pause(queue: string): Promise<void>;
  /** Takes away what would be in the way of an example that creates something. */
  makeRoomFor(operationId: string): Promise<void>;
};

type Thing = { id: string | number };

const hour = 3_600_000;

export function createExampleFixtures(url: string): ExampleFixtures {
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const sent =
      body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(url + path, { method, ...sent });
    expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
    return response;
  };
  const create = async <Made extends Thing>(path: string, body: unknown) =>
    (await (await call("POST", path, body)).json()) as Made;
  const list = async (path: string) => ((await (await call("GET", path)).json()) as { items: Thing[] }).items;

  async function untilOver(job: JobView): Promise<string> {
    await waitFor(`${job.kind} to be over`, async () => {
      const now = (await (await call("GET", `/v1/jobs/${job.id}`)).json()) as JobView;
      return isTerminal(now.state);
    });
    return job.id;
  }

  const submit = (kind: string, payload: object, options = {}) =>
    create<JobView>("/v1/jobs", { kind, payload, options });
  const importRow = (email: string) => create<JobView>("/v1/imports/users?onConflict=ignore", [{ email, name: "Ada" }]);

  async function findJob(path: string): Promise<string> {
    if (path.endsWith("/cancel")) return (await submit("sleep", { durationMs: 1 }, { delayMs: hour })).id;
    if (path.endsWith("/retry")) return untilOver(await submit("users.process", { userId: 999_999_999 }));
    if (path.endsWith("/rejects")) return untilOver(await importRow("nobody"));
    return untilOver(await submit("sleep", { durationMs: 1 }));
  }

  async function findUser(path: string): Promise<string> {
    const [user = await create("/v1/users", { email: "ada@example.com", name: "Ada Lovelace" })] =
      await list("/v1/users");
    if (path.endsWith("/profile")) await untilOver(await submit("users.process", { userId: user.id }));
    return String(user.id);
  }

  async function findSchedule(): Promise<string> {
    const nightly = { name: "nightly profiles", kind: "users.process", payload: { userId: 1 }, cron: "30 2 * * *" };
    const [schedule = await create("/v1/schedules", nightly)] = await list("/v1/schedules");
    return String(schedule.id);
  }

  return {
    async fill(path) {
      if (path.startsWith("/v1/jobs/{id}")) return path.replace("{id}", await findJob(path));
      if (path.startsWith("/v1/users/{id}")) return path.replace("{id}", await findUser(path));
      if (path.startsWith("/v1/schedules/{id}")) return path.replace("{id}", await findSchedule());
      // One whose jobs call nobody.
      return path.replace("/queues/{name}", "/queues/sleep");
    },
    submit: (options) => submit("sleep", { durationMs: 1 }, options),
    pause: async (queue) => void (await call("POST", `/v1/queues/${queue}/pause`)),
    async makeRoomFor(operationId) {
      const collection = { createUser: "/v1/users", createSchedule: "/v1/schedules" }[operationId];
      if (!collection) return;
      for (const { id } of await list(collection)) await call("DELETE", `${collection}/${id}`);
    },
  };
}
