import { expect } from "vitest";
import type { Known } from "./fuzz-requests.ts";
import { readJson, type Json } from "./http-fixture.ts";
import type { Operation } from "./openapi-document.ts";
import { startScriptedJob } from "./scripted-job.ts";
import type { TestApi } from "./start-api.ts";

const copies = [1, 2, 3, 4, 5];

/** Things of its own for an operation to be asked about: what it takes from them no other one misses. */
export async function createKnown(api: TestApi, document: Json, operation: Operation): Promise<Known> {
  const { path } = operation;
  if (!path.includes("{id}")) return {};
  if (path === "/v1/jobs/{id}/rejects") return { id: await createImports(api) };
  if (path.startsWith("/v1/jobs/")) return { id: await createJobs(api, operation) };

  const [collection = ""] = path.split("/{");
  const { example } = document.paths[collection].post.requestBody.content["application/json"];
  const id = await Promise.all(
    copies.map((n) => create(api, collection, unlike(example, `${operation.said.operationId}-${n}`))),
  );
  if (path.endsWith("/profile")) await createProfiles(api, id);
  return { id };
}

/** Over for what looks at them, so that nobody waits for their end; as they must be for what acts on them. */
async function createJobs(api: TestApi, { path, method }: Operation): Promise<string[]> {
  const state = method === "get" ? "succeeded" : path.endsWith("/retry") ? "failed" : "queued";
  const jobs = await Promise.all(copies.map(() => startScriptedJob(api)));
  await Promise.all(jobs.map((job) => job.become(state)));
  return jobs.map(({ id }) => id);
}

async function createImports(api: TestApi): Promise<string[]> {
  const row = JSON.stringify({ email: "grace@example", name: "Grace Hopper" });
  const id = await create(api, "/v1/imports/users", [JSON.parse(row)], 202);
  await api.database.db
    .insertInto("import_rejects")
    .values({
      job_id: id,
      row: 1,
      code: "invalid_format",
      message: "must be an email address",
      field: "email",
      raw: row,
    })
    .execute();
  return [id];
}

async function createProfiles(api: TestApi, ids: readonly string[]): Promise<void> {
  const profile = { display_name: "Ada Lovelace", initials: "AL", email_domain: "example.com", tenant: "default" };
  await api.database.db
    .insertInto("user_profiles")
    .values(ids.map((id) => ({ ...profile, user_id: Number(id) })))
    .execute();
}

/** The example of a creation, as another thing than the one it describes. */
function unlike(example: Record<string, unknown>, name: string): Record<string, unknown> {
  return { ...example, name, ...("email" in example && { email: `${name}@example.com` }) };
}

async function create(api: TestApi, path: string, body: unknown, status = 201): Promise<string> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(api.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  expect(response.status, path).toBe(status);
  return String((await readJson(response)).id);
}
