import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { ImportLimits } from "../src/services/receive-import.ts";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
afterEach(() => api.close());

const row = '{"name":"A","email":"a@example.com"}\n';

function post(body: string): Promise<Response> {
  return fetch(`${api.url}/v1/imports/users`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body,
  });
}

async function refused(response: Response) {
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    code: ((await response.json()) as { code: string }).code,
  };
}

describe.each<[string, Partial<ImportLimits>, number, string]>([
  ["the service", { maxUploads: 1 }, 503, "overloaded"],
  ["a tenant", { maxUploadsPerTenant: 1 }, 429, "quota_exceeded"],
])("one upload more than %s may have at once", (_whose, importLimits, status, code) => {
  it(`is ${status}, and let in when one has ended`, async () => {
    api = await startApi({ importLimits });
    const upload = request(`${api.url}/v1/imports/users`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
    });
    upload.write(row);
    const answer = await waitFor("a refusal", async () => {
      const response = await post(row);
      return response.status !== 202 && response;
    });
    expect(await refused(answer)).toEqual({ status, code, retryAfter: "1" });

    upload.end();
    await waitFor("room for another", async () => (await post(row)).status === 202);
  });
});

describe.each<[string, Partial<ImportLimits>, number, string]>([
  ["the service", { maxStagedBytes: 100 }, 503, "overloaded"],
  ["a tenant", { maxStagedBytesPerTenant: 100 }, 429, "quota_exceeded"],
])("when more waits to be applied than %s may have", (_whose, importLimits, status, code) => {
  it(`an upload is ${status}, and let in when less waits`, async () => {
    api = await startApi({ importLimits });
    const rows = Array.from(
      { length: 5 },
      (_, n) => `{"name":"${Math.random()}","email":"${n}${Math.random()}@example.com"}\n`,
    ).join("");
    expect((await post(rows)).status).toBe(202);
    expect(await refused(await post(row))).toEqual({ status, code, retryAfter: "5" });

    await api.database.db.updateTable("imports").set({ staged_bytes: 0 }).execute();
    expect((await post(row)).status).toBe(202);
  });
});

it("an upload that grows beyond what may wait is refused on its way, and leaves nothing", async () => {
  api = await startApi({ importLimits: { maxStagedBytes: 1_000 } });
  const rows = Array.from(
    { length: 200 },
    (_, n) => `{"name":"${Math.random()}","email":"${n}${Math.random()}@example.com"}\n`,
  ).join("");
  expect(await refused(await post(rows))).toMatchObject({ status: 503, code: "overloaded" });
  expect(await api.database.db.selectFrom("jobs").select("id").execute()).toEqual([]);
});
