import { describe, expect, it } from "vitest";
import { RetryLaterError, SnoozeError, UnrecoverableError } from "../jobs/define-handler.ts";
import { judgeFailure } from "./judge-failure.ts";
import { JobLostError } from "./transact-once.ts";

const contract = { backoff: { baseMs: 1_000, maxMs: 1_000 } };
const judge = (error: unknown, { attempt = 0, ...ending }: { attempt?: number; ending?: "timeout" | "lost" } = {}) =>
  judgeFailure({ error, job: { attempt, max_attempts: 2 }, contract, ...ending });

const error = new Error("no luck");
const sqlError = (code: string) => Object.assign(new Error("refused"), { code });

describe("a run without a result", () => {
  it.each([
    [
      "that failed is queued again",
      judge(error),
      { state: "queued", error: { code: "handler_failed", message: "no luck" } },
    ],
    ["that failed the last time has failed", judge(error, { attempt: 1 }), { state: "failed" }],
    [
      "that cannot be recovered has failed",
      judge(new UnrecoverableError("x", "gone")),
      { state: "failed", error: { code: "gone" } },
    ],
    ["that snoozes is scheduled", judge(new SnoozeError(9)), { state: "scheduled" }],
    [
      "that snoozes in its last attempt is scheduled",
      judge(new SnoozeError(9), { attempt: 1 }),
      { state: "scheduled" },
    ],
    [
      "that took too long is queued again",
      judge(error, { ending: "timeout" }),
      { state: "queued", error: { code: "timeout" } },
    ],
    [
      "that took too long the last time has failed",
      judge(error, { ending: "timeout", attempt: 1 }),
      { state: "failed" },
    ],
    ["whose signal fired because the job was lost is queued", judge(error, { ending: "lost" }), { state: "queued" }],
    ["that found out by itself that it lost the job is queued", judge(new JobLostError()), { state: "queued" }],
    [
      "that the database let down is queued",
      judge(sqlError("57P01")),
      { state: "queued", afterMs: expect.any(Number) },
    ],
    ["that was in a deadlock is queued", judge(sqlError("40P01"), { attempt: 1 }), { state: "queued" }],
    ["whose own statement took too long has failed", judge(sqlError("57014"), { attempt: 1 }), { state: "failed" }],
    [
      "that called somebody who is away has failed",
      judge(sqlError("ECONNREFUSED"), { attempt: 1 }),
      { state: "failed" },
    ],
    ["that threw something odd is queued again", judge(undefined), { error: { message: "undefined" } }],
  ])("%s", (_fact, outcome, expected) => {
    expect(outcome).toMatchObject(expected);
  });

  it("has spent no attempt when it was cut off, lost, let down by the database, or snoozes", () => {
    const away = judge(sqlError("53100"));
    for (const outcome of [
      judge(error, { ending: "lost" }),
      judge(new JobLostError()),
      judge(new SnoozeError(9)),
      away,
    ])
      expect(outcome.error).toBeUndefined();
  });

  it("waits for its kind's backoff, or longer if it says so", () => {
    const waitOf = (outcome: ReturnType<typeof judge>) => ("afterMs" in outcome ? outcome.afterMs : undefined);
    expect(waitOf(judge(error))).toBeGreaterThan(450);
    expect(waitOf(judge(error))).toBeLessThanOrEqual(1_000);
    expect(waitOf(judge(new RetryLaterError("later", 5_000)))).toBeGreaterThan(4_900);
    expect(waitOf(judge(new RetryLaterError("sooner", 1)))).toBeGreaterThan(450);
  });
});
