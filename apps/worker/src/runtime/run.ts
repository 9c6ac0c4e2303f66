import { cancelledError } from "./end-errors.ts";

/** How a run is ended from outside. */
export type Ending = "cancelled" | "lost" | "shutdown" | "timeout";

const reasons: Record<Ending, (timeoutMs: number) => string> = {
  cancelled: () => cancelledError.message,
  lost: () => "The job was given to another worker",
  shutdown: () => "The worker is shutting down",
  timeout: (timeoutMs) => `The attempt took longer than ${timeoutMs} ms`,
};

/** A job's handler at work. */
export type Run = {
  jobId: string;
  /** How it was ended from outside, if it was. */
  readonly ending: Ending | undefined;
  /** Fires when it is. Made when it is first asked for: most handlers are over before they would look at it. */
  readonly signal: AbortSignal;
  stop(ending: Ending): void;
  /** What `work` comes to, or a rejection as soon as the run is stopped, whatever `work` still does. */
  untilStopped<T>(work: () => Promise<T>): Promise<T>;
};

/** `timeoutMs` is what the attempt may take; whoever keeps the time says `stop("timeout")`. */
export function createRun(jobId: string, timeoutMs: number): Run {
  let ending: Ending | undefined;
  let controller: AbortController | undefined;
  let reject: ((reason: Error) => void) | undefined;

  const reason = (how: Ending) => new Error(reasons[how](timeoutMs));

  return {
    jobId,
    get ending() {
      return ending;
    },
    get signal() {
      if (!controller) {
        controller = new AbortController();
        if (ending) controller.abort(reason(ending));
      }
      return controller.signal;
    },
    stop(how) {
      if (ending) return;
      ending = how;
      const error = reason(how);
      // The run is over before the handler hears of it: what it then throws is not what ended it.
      reject?.(error);
      controller?.abort(error);
    },
    untilStopped: (work) =>
      new Promise((resolve, rejectRun) => {
        reject = rejectRun;
        if (ending) rejectRun(reason(ending));
        else work().then(resolve, rejectRun);
      }),
  };
}
