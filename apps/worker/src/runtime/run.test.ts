import { describe, expect, it } from "vitest";
import { Run } from "./run.ts";

describe("a run", () => {
  it("comes to what its work comes to", async () => {
    expect(await new Run("job", 1_000).untilStopped(async () => 1)).toBe(1);
    const failing = new Run("job", 1_000).untilStopped(() => Promise.reject(new Error("no luck")));
    await expect(failing).rejects.toThrow("no luck");
  });

  it("that is stopped is over at once, whatever its handler does with the signal", async () => {
    const run = new Run("job", 1_000);
    const handler = () =>
      new Promise((_resolve, reject) => run.signal.addEventListener("abort", () => reject(new Error("of its own"))));
    const over = run.untilStopped(handler);
    run.stop("cancelled");
    await expect(over).rejects.toThrow("The job was cancelled while it ran");
    expect(run.ending).toBe("cancelled");
    expect(run.signal.aborted).toBe(true);
  });

  it("keeps the first reason that it was stopped for", async () => {
    const run = new Run("job", 30);
    run.stop("timeout");
    run.stop("shutdown");
    expect(run.ending).toBe("timeout");
    expect(run.signal.reason).toMatchObject({ message: "The attempt took longer than 30 ms" });
    await expect(run.untilStopped(async () => 1)).rejects.toThrow("30 ms");
  });
});
