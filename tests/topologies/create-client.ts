import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import { waitFor } from "@longshore/shared/testing/wait-for";

export type Client = ReturnType<typeof createClient>;
export type Answer<Body> = { status: number; headers: Headers; body: Body };

/** Talks JSON to an API. */
export function createClient(url: string) {
  async function call<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    const type = typeof body === "string" ? "application/x-ndjson" : "application/json";
    const response = await fetch(url + path, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": type },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") && !path.endsWith("/rejects");
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }

  async function post(path: string, body: unknown): Promise<JobView> {
    const answer = await call<JobView>("POST", path, body);
    if (answer.status !== 202) throw new Error(`${path} was answered with ${answer.status}`);
    return answer.body;
  }

  const look = async (job: JobView) => (await call<JobView>("GET", job.links.self)).body;
  const until = (job: JobView, what: string, isSo: (now: JobView) => boolean, withinMs = 60_000) =>
    waitFor(
      `${job.kind} to be ${what}`,
      async () => {
        const now = await look(job);
        return isSo(now) && now;
      },
      withinMs,
    );

  return {
    url,
    call,
    look,
    submit: (kind: string, payload: object, options = {}) => post("/v1/jobs", { kind, payload, options }),
    /** Rows as NDJSON. */
    import: (dataset: string, rows: readonly object[]) =>
      post(`/v1/imports/${dataset}`, rows.map((row) => JSON.stringify(row)).join("\n")),
    untilOver: (job: JobView) => until(job, "over", ({ state }) => isTerminal(state)),
    untilRunning: (job: JobView) => until(job, "running", ({ state }) => state === "running"),
  };
}
