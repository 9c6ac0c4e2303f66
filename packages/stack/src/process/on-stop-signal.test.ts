import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { onStopSignal } from "./on-stop-signal.ts";

describe("onStopSignal", () => {
  const stop = vi.fn<() => void>();
  const force = vi.fn<() => void>();
  let giveBack: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    giveBack = onStopSignal(stop, force);
  });

  afterEach(() => {
    giveBack();
    vi.useRealTimers();
    vi.clearAllMocks();
  });

  test("takes the echoes of one Ctrl-C for one", () => {
    process.emit("SIGINT");
    process.emit("SIGINT");
    vi.advanceTimersByTime(900);
    process.emit("SIGINT");
    expect(stop).toHaveBeenCalledTimes(1);
    expect(force).not.toHaveBeenCalled();
  });

  test("forces when someone insists", () => {
    process.emit("SIGTERM");
    vi.advanceTimersByTime(1_100);
    process.emit("SIGINT");
    expect(stop).toHaveBeenCalledTimes(1);
    expect(force).toHaveBeenCalledTimes(1);
  });
});
