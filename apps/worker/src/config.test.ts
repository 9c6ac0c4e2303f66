import { describe, expect, it } from "vitest";
import { readWorkerConfig } from "./config.ts";

const required = { DATABASE_URL: "postgres://localhost/x", REDIS_URL: "redis://localhost" };

describe("the slots of a kind", () => {
  it("are read from pairs", () => {
    const { KIND_CONCURRENCY } = readWorkerConfig({ ...required, KIND_CONCURRENCY: "sleep=10, urls.fetch=4" });
    expect(KIND_CONCURRENCY).toEqual({ sleep: 10, "urls.fetch": 4 });
  });

  it.each(["slep=1", "sleep", "sleep=0", "sleep=1.5", "sleep=x"])("cannot be %s", (pairs) => {
    expect(() => readWorkerConfig({ ...required, KIND_CONCURRENCY: pairs })).toThrow(/KIND_CONCURRENCY/);
  });
});
