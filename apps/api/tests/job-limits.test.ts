import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type TestApi } from "./start-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

function submit(body: unknown): Promise<Response> {
  return fetch(`${api.url}/v1/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

describe("a submission", () => {
  const sleep = (options: object) => ({ kind: "sleep", payload: { durationMs: 1 }, options });
  const text = (length: number) => "x".repeat(length);

  it.each<[string, object, string, string]>([
    ["an unknown kind", { kind: "nope", payload: {} }, "unknown_kind", "/kind"],
    ["a kind that is not for clients", { kind: "webhook.deliver", payload: {} }, "unknown_kind", "/kind"],
    ["the kind of imports", { kind: "import", payload: {} }, "unknown_kind", "/kind"],
    ["a wrong payload", { kind: "sleep", payload: { durationMs: -1 } }, "validation_failed", "/payload/durationMs"],
    ["no payload", { kind: "sleep" }, "validation_failed", "/payload"],
    ["an unknown option", sleep({ color: "red" }), "validation_failed", "/options/color"],
    ["two times", sleep({ delayMs: 1, runAt: inMs(9_000) }), "validation_failed", "/options/runAt"],
    ["a time without an offset", sleep({ runAt: "2030-01-01T00:00:00" }), "validation_failed", "/options/runAt"],
    ["a time too far ahead", sleep({ runAt: inMs(366 * 86_400_000) }), "validation_failed", "/options/runAt"],
    ["a delay too long", sleep({ delayMs: 365 * 86_400_000 + 1 }), "validation_failed", "/options/delayMs"],
    ["an end in the past", sleep({ expiresAt: inMs(-1_000) }), "validation_failed", "/options/expiresAt"],
    [
      "an end before its start",
      sleep({ delayMs: 9_000, expiresAt: inMs(8_000) }),
      "validation_failed",
      "/options/expiresAt",
    ],
    ["a priority too low", sleep({ priority: -1 }), "validation_failed", "/options/priority"],
    ["a priority too high", sleep({ priority: 1_000_001 }), "validation_failed", "/options/priority"],
    ["no attempts", sleep({ attempts: 0 }), "validation_failed", "/options/attempts"],
    ["too many attempts", sleep({ attempts: 101 }), "validation_failed", "/options/attempts"],
    ["too little time", sleep({ timeoutMs: 0 }), "validation_failed", "/options/timeoutMs"],
    ["an empty dedupKey", sleep({ dedupKey: "" }), "validation_failed", "/options/dedupKey"],
    ["a long dedupKey", sleep({ dedupKey: text(201) }), "validation_failed", "/options/dedupKey"],
    [
      "too many tags",
      sleep({ tags: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`t${n}`, ""])) }),
      "validation_failed",
      "/options/tags",
    ],
    ["a long tag", sleep({ tags: { [text(65)]: "" } }), "validation_failed", `/options/tags/${text(65)}`],
    ["a tag with a colon", sleep({ tags: { "a:b": "" } }), "validation_failed", "/options/tags/a:b"],
    ["a long value of a tag", sleep({ tags: { a: text(257) } }), "validation_failed", "/options/tags/a"],
    ["a webhook by ftp", sleep({ webhook: { url: "ftp://x.example" } }), "validation_failed", "/options/webhook/url"],
    [
      "a webhook with a password",
      sleep({ webhook: { url: "https://u:p@x.example" } }),
      "validation_failed",
      "/options/webhook/url",
    ],
    [
      "a long webhook",
      sleep({ webhook: { url: `https://x.example/${text(2_048)}` } }),
      "validation_failed",
      "/options/webhook/url",
    ],
    ["a webhook that is no URL", sleep({ webhook: { url: "here" } }), "validation_failed", "/options/webhook/url"],
  ])("with %s is 422 and says where", async (_what, body, code, pointer) => {
    const response = await submit(body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code, errors: [{ pointer }] });
  });

  it("is accepted with every option at its limit", async () => {
    const tags = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`${n}`.padEnd(64, "k"), text(256)]));
    const options = {
      delayMs: 365 * 86_400_000,
      expiresAt: inMs(366 * 86_400_000),
      priority: 1_000_000,
      attempts: 100,
      timeoutMs: 86_400_000,
      dedupKey: text(200),
      tags,
      webhook: { url: `https://x.example/${text(2_030)}` },
    };
    const response = await submit(sleep(options));
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ state: "scheduled", tags });
  });
});
