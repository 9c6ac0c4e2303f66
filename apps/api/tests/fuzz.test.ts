/**
 * Sends what the document allows, the same with one thing wrong, and what is hostile, to each operation. Whatever is sent, the
 * answer is one of those that are documented. `FUZZ_SEED` and `FUZZ_RUNS` go elsewhere, and further.
 */
import fc from "fast-check";
import { pino } from "pino";
import { afterAll, describe, expect, it } from "vitest";
import { createAnswerCheck } from "./check-answer.ts";
import { createKnown } from "./fuzz-fixtures.ts";
import { requestsOf } from "./fuzz-requests.ts";
import { readJson } from "./http-fixture.ts";
import { inline, listOperations } from "./openapi-document.ts";
import { sendRaw } from "./send-raw.ts";
import { startApi } from "./start-api.ts";

const seed = Number(process.env.FUZZ_SEED ?? 1);
const numRuns = Number(process.env.FUZZ_RUNS ?? 200);

/** What the API logged of its failures, to say why. */
const failures: string[] = [];
const log = pino({ level: "error" }, { write: (line: string) => void failures.push(line) });

const api = await startApi({ log });
afterAll(() => api.close());
const document = inline(await readJson(await fetch(`${api.url}/openapi.json`)));
const check = createAnswerCheck(document);

describe(`with the seed ${seed}, an answer is as documented, whatever is sent to`, () => {
  it.each(listOperations(document))("$name", { timeout: 60_000 + numRuns * 100 }, async (operation) => {
    const known = await createKnown(api, document, operation);
    const seen = new Set<number>();

    const property = fc.asyncProperty(requestsOf(document, operation, known), async (request) => {
      failures.length = 0;
      const answer = await sendRaw(api.url, request);
      seen.add(answer.status);
      expect(answer.status, failures.join("")).toBeLessThan(500);
      expect(check(operation, answer)).toEqual([]);
    });
    await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 50_000 + numRuns * 100 });

    expect(
      [...seen].filter((status) => status < 300),
      "no request was right",
    ).not.toEqual([]);
  });
});
