import { setTimeout } from "node:timers/promises";
import type { StatusBoard } from "@longshore/shared/status/status-board";

const everyMs = 10;

export type Ring = (jobIds: readonly string[]) => void;

/**
 * Rings for all jobs of which something was committed within a hundredth of a second together: a busy worker commits far more
 * often than anybody looks, and a short job is claimed and settled in that time.
 */
export function gatherRings(board: Pick<StatusBoard, "ring">): Ring {
  let ids = new Set<string>();
  let ringing = false;

  async function ringAll(): Promise<void> {
    while (ids.size > 0) {
      const rung = [...ids];
      ids = new Set();
      await Promise.all([board.ring(rung), setTimeout(everyMs)]);
    }
    ringing = false;
  }

  return (jobIds) => {
    for (const id of jobIds) ids.add(id);
    if (ringing) return;
    ringing = true;
    void ringAll();
  };
}
