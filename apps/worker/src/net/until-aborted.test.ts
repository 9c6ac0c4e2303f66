import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { untilAborted } from "./until-aborted.ts";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("untilAborted", () => {
  it("answers what the work comes to, and leaves no listener", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(signal, async () => listeners(signal))).toBe(1);
    expect(listeners(signal)).toBe(0);
  });

  it("rejects as the work does, and leaves no listener", async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(signal, async () => Promise.reject(new Error("work")))).rejects.toThrow("work");
    expect(listeners(signal)).toBe(0);
  });

  it("rejects with the signal's reason while the work goes on", async () => {
    const controller = new AbortController();
    const running = untilAborted(controller.signal, () => new Promise<never>(() => {}));
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(listeners(controller.signal)).toBe(0);
  });

  it("does not start the work when the signal has fired", async () => {
    let started = false;
    const work = async () => {
      started = true;
    };
    await expect(untilAborted(AbortSignal.abort(new Error("before")), work)).rejects.toThrow("before");
    expect(started).toBe(false);
  });
});
