import { randomUUID } from "node:crypto";
import type { Sender } from "./create-sender.ts";
import { many } from "./many.ts";

/** Has jobs submitted by so many schedules, once a second each, until it is disposed of. */
export async function runSchedules({ send }: Sender, count: number): Promise<AsyncDisposable> {
  const schedules = await Promise.all(
    many(count, () => {
      const name = randomUUID();
      return send<{ id: string }>("POST", "/v1/schedules", {
        name,
        kind: "sleep",
        payload: { durationMs: 0 },
        intervalMs: 1_000,
      });
    }),
  );
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(schedules.map(({ id }) => send("DELETE", `/v1/schedules/${id}`)));
    },
  };
}
