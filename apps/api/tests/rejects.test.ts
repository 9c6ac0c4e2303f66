import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobView } from "@longshore/shared/status/job-view";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

function post(type: string, body: string, path = "users"): Promise<Response> {
  return fetch(`${api.url}/v1/imports/${path}`, { method: "POST", headers: { "content-type": type }, body });
}

async function storeRejects(
  format: "ndjson" | "csv",
  columns: string[] | null,
  raws: string[],
  path = "users",
): Promise<string> {
  const body = format === "csv" ? "name,email\nA,a@example.com\n" : '{"name":"A"}';
  const type = format === "csv" ? "text/csv" : "application/x-ndjson";
  const job = (await (await post(type, body, path)).json()) as JobView;
  await api.database.db.updateTable("imports").set({ columns }).where("job_id", "=", job.id).execute();
  const rejects = raws.map((raw, at) => ({
    job_id: job.id,
    row: at + 1,
    code: "invalid_value",
    field: "email",
    message: "is wrong",
    sqlstate: null,
    constraint_name: null,
    raw,
  }));
  await api.database.db.insertInto("import_rejects").values(rejects).execute();
  return job.id;
}

function get(jobId: string, accept: string): Promise<Response> {
  return fetch(`${api.url}/v1/jobs/${jobId}/rejects`, { headers: { accept } });
}

describe("rejects", () => {
  it("come as NDJSON in the submitted fields, with notes", async () => {
    const jobId = await storeRejects("ndjson", null, ['{"email":"x","_row":9}', "{broken"]);
    const response = await get(jobId, "*/*");
    expect(response.headers.get("content-type")).toContain("application/x-ndjson");
    const lines = (await response.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    const note = { _code: "invalid_value", _field: "email", _message: "is wrong" };
    expect(lines).toEqual([
      { email: "x", _row: 1, ...note },
      { _raw: "{broken", _row: 2, ...note },
    ]);
  });

  it("come as CSV that can be posted back", async () => {
    const jobId = await storeRejects("csv", ["name", "email"], ['"A, ""B""",x', "C"]);
    const text = await (await get(jobId, "text/csv")).text();
    expect(text).toBe(
      'name,email,_row,_code,_field,_message,_sqlstate,_constraint,_raw\n"A, ""B""",x,1,invalid_value,email,is wrong,,,\n,,2,invalid_value,email,is wrong,,,C\n',
    );
    expect((await post("text/csv", text)).status).toBe(202);
  });

  it("come with every field that could be data, where any could be", async () => {
    const jobId = await storeRejects("ndjson", null, ['{"_id":1,"_row":9,"__proto__":{}}'], "records");
    const note = '"_row":1,"_code":"invalid_value","_field":"email","_message":"is wrong"';
    expect(await (await get(jobId, "*/*")).text()).toBe(`{"_id":1,"__proto__":{},${note}}\n`);
    expect(await (await get(jobId, "text/csv")).text()).toBe(
      '_row,_code,_field,_message,_sqlstate,_constraint,_raw\n1,invalid_value,email,is wrong,,,"{""_id"":1,""_row"":9,""__proto__"":{}}"\n',
    );
  });

  it("come with their numbers as they were sent, also those that no double holds", async () => {
    const jobId = await storeRejects("ndjson", null, ['{"id":9007199254740993,"a":[1e999,1.50]}'], "records");
    expect(await (await get(jobId, "*/*")).text()).toContain('{"id":9007199254740993,"a":[1e999,1.50],"_row":1');
    const cityId = await storeRejects("ndjson", null, ['{"lat":1e999}'], "cities");
    expect(await (await get(cityId, "text/csv")).text()).toContain(",1e999,");
  });

  it("come as their text where they nest too deep to be written out", async () => {
    const raw = `{"a":${"[".repeat(400)}${"]".repeat(400)}}`;
    const jobId = await storeRejects("ndjson", null, [raw]);
    expect(JSON.parse(await (await get(jobId, "*/*")).text())).toMatchObject({ _raw: raw, _row: 1 });
  });

  it("of a job that is none are 404", async () => {
    const response = await get("0199a000-0000-7000-8000-000000000000", "*/*");
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 404, code: "not_found" });
  });

  it("stream page by page, each row once", async () => {
    const jobId = await storeRejects(
      "ndjson",
      null,
      Array.from({ length: 2_500 }, (_, n) => JSON.stringify({ n })),
    );
    const lines = (await (await get(jobId, "application/x-ndjson")).text()).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(
      Array.from({ length: 2_500 }, (_, n) => n),
    );
  });
});
