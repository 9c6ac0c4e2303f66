import type { Progress } from "@longshore/shared/status/progress";
import type { Run, StatusBoard } from "@longshore/shared/status/status-board";

const everyMs = 250;
const maxUnitLength = 32;

export type ProgressReport = {
  /** Shows how far the run is: at once, or with what else comes in the next quarter of a second. */
  show(done: number, total: number, unit: string): void;
  /** The run is over: a handler that goes on regardless shows nothing. */
  end(): void;
};

/** Reports the progress of a run, thinned out: of calls in quick succession the first and the last are shown. */
export function reportProgress(board: StatusBoard, run: Run): ProgressReport {
  let newest: Progress | undefined;
  let shownAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  function publish(): void {
    clearTimeout(timer);
    timer = undefined;
    shownAt = performance.now();
    void board.publishProgress(run, newest!);
  }

  return {
    show(done, total, unit) {
      if (ended || !Number.isFinite(done) || !Number.isFinite(total)) return;
      const ratio = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
      newest = {
        done,
        total,
        unit: unit.slice(0, maxUnitLength),
        ratio,
        rowsPerSecond: null,
        etaSeconds: null,
      };
      const waitMs = shownAt + everyMs - performance.now();
      if (waitMs <= 0) publish();
      else timer ??= setTimeout(publish, waitMs);
    },
    end() {
      ended = true;
      clearTimeout(timer);
      void board.endProgress(run.jobId);
    },
  };
}
