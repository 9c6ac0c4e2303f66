import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contracts, jobKinds, type JobKind } from "@longshore/shared/jobs/contracts";
import type { JobContract } from "@longshore/shared/jobs/define-job";
import { startServer, type TestServer } from "@longshore/shared/testing/start-server";
import { startTestWorker, type TestWorker } from "./start-test-worker.ts";

let worker: TestWorker;
let server: TestServer;
beforeAll(async () => {
  server = await startServer((_request, response) => response.end("hello"));
  worker = await startTestWorker({
    allowPrivate: ["127.0.0.1/32"],
    // Every host that an example names is this one: the tests need no network, and disturb nobody.
    resolve: async () => [{ address: "127.0.0.1", family: 4 }],
    webhookSecrets: [`whsec_${randomBytes(24).toString("base64")}`],
  });
  await worker.database.db.insertInto("users").values({ name: "Ada Lovelace", email: "ada@example.com" }).execute();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await worker.close();
});

/** An example as it stands, but for an address at which somebody must answer. */
function exampleOf(kind: JobKind): object {
  const { example }: { example: object } = contracts[kind];
  return kind === "webhook.deliver" ? { ...example, url: server.url } : example;
}

it.each(jobKinds)("the example of %s is done as its contract says", async (kind) => {
  const job = await worker.run(kind, exampleOf(kind));
  expect(job).toMatchObject({ state: "succeeded", attempt: 1, error: null });
  const contract: JobContract = contracts[kind];
  expect(contract.result.parse(job.result)).toEqual(job.result);
});

it("the example of urls.fetch says what kept it from its URLs, where something did", async () => {
  const { result } = await worker.run("urls.fetch", contracts["urls.fetch"].example);
  const error = { code: "connection_failed" };
  expect(result).toMatchObject({ succeeded: 0, failed: 2, items: [{ error }, { error }] });
});

it("the example of records.transform is transformed", async () => {
  const { result } = await worker.run("records.transform", contracts["records.transform"].example);
  expect(result).toEqual({ records: [{ name: "Ada Lovelace", tags: ["MATH", "ENGINES"] }] });
});
