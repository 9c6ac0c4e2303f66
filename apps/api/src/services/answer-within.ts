import { setTimeout } from "node:timers/promises";
import { AppError } from "@longshore/shared/errors";

/** What the database answers, or `unavailable` if that takes too long: one that hangs must not hold everybody up. */
export async function answerWithin<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = setTimeout(limitMs, undefined, { signal: answered.signal }).then(() => {
    throw new AppError("unavailable", { message: "The database does not answer", retryAfterSeconds: 2 });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    answered.abort();
  }
}
