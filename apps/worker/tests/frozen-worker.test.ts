import { once } from "node:events";
import { from as copyFrom } from "pg-copy-streams";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "@longshore/shared/testing/create-test-database";
import { runChunk } from "../src/imports/run-chunk.ts";
import { stage } from "./stage.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ lockTimeoutMs: 100 });
});
afterAll(() => database.close());

it("a worker that froze in the middle of a COPY loses its chunk to the next one", async () => {
  const line = JSON.stringify({ email: "ada@example.com", name: "Ada" });
  const reference = { jobId: await stage(database.db, { dataset: "users", chunks: [line] }), seq: 0 };

  const frozen = await database.pool.connect();
  const ended = once(frozen, "error");
  await frozen.query("begin");
  await frozen.query("select from import_chunks where job_id = $1 and seq = 0 for update", [reference.jobId]);
  const copy = frozen.query(copyFrom("copy users (email, name) from stdin"));
  copy.on("error", () => {});
  await new Promise((written) => copy.write("ada@example.com\tAda\n", written));

  await expect(runChunk(database, reference, { maxDeliveries: 3 })).rejects.toThrow("lock timeout");
  const [error] = await ended;
  frozen.release(error as Error);
  const settled = await runChunk(database, reference, { maxDeliveries: 3 });
  expect(settled).toMatchObject({ job: { state: "succeeded" }, imported: { rows_inserted: 1, rows_rejected: 0 } });
});
