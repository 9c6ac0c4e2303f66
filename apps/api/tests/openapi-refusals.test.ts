/** What is refused before a handler sees it, by guards and by the head of the request, is answered as each operation documents. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAnswerCheck } from "./check-answer.ts";
import { newKey } from "./new-key.ts";
import { inline, listOperations, readCommitted, type Operation } from "./openapi-document.ts";
import { sendRaw } from "./send-raw.ts";
import { startApi, type TestApi } from "./start-api.ts";

const document = inline(await readCommitted());
const check = createAnswerCheck(document);
const operations = listOperations(document);
const guarded = operations.filter(({ said }) => said.security.length > 0);

/** Asks for an operation, at a path that may lead nowhere. */
async function ask(url: string, { method, path, said }: Operation, headers: Record<string, string> = {}) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const { schema } = said.parameters.find((parameter: { name: string }) => parameter.name === name);
    return schema.examples[0];
  });
  return sendRaw(url, { method: method.toUpperCase(), path: filled, headers, body: "" });
}

describe("with a key", () => {
  let api: TestApi;
  let reader: { authorization: string };
  beforeAll(async () => {
    api = await startApi({ auth: { servesAnyone: false }, rateLimits: { points: 1_000 } });
    reader = { authorization: `Bearer ${await newKey(api.database.db, "default", "read")}` };
  });
  afterAll(() => api.close());

  it.each(guarded)("$name is for those only who have one", async (operation) => {
    const answer = await ask(api.url, operation);
    expect({ status: answer.status, problems: check(operation, answer) }).toEqual({ status: 401, problems: [] });
    expect(answer.headers).toHaveProperty("www-authenticate");
  });

  it.each(guarded)("$name is for those only whose key has its scope", async (operation) => {
    const [{ bearer }] = operation.said.security;
    const answer = await ask(api.url, operation, reader);
    expect(check(operation, answer)).toEqual([]);
    expect(answer.status === 403).toBe(!bearer.includes("read"));
  });
});

describe("with a limit", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ rateLimits: { addressPoints: 1 } });
    await fetch(`${api.url}/v1/kinds`);
  });
  afterAll(() => api.close());

  it.each(operations)("$name tells who has spent it, where it has one", async (operation) => {
    const answer = await ask(api.url, operation);
    expect(check(operation, answer)).toEqual([]);
    expect(answer.status === 429).toBe("429" in operation.said.responses);
  });
});

describe("with a list of hosts", () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ allowedHosts: ["longshore.example"] });
  });
  afterAll(() => api.close());

  it.each(operations)("$name is there under their names only", async (operation) => {
    const answer = await ask(api.url, operation, { host: "elsewhere.example" });
    expect(check(operation, answer)).toEqual([]);
    expect(answer.status === 421).toBe("421" in operation.said.responses);
  });

  it.each(operations)("$name takes no more headers than it says", async (operation) => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`x-${n}`, "1"]));
    const answer = await ask(api.url, operation, { host: "longshore.example", ...many });
    expect({ status: answer.status, problems: check(operation, answer) }).toEqual({ status: 431, problems: [] });
  });
});
