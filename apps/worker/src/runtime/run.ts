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
export class Run {
  readonly jobId: string;
  readonly #timeoutMs: number;
  #ending: Ending | undefined;
  #controller: AbortController | undefined;
  #reject: ((reason: Error) => void) | undefined;

  /** `timeoutMs` is what the attempt may take; whoever keeps the time says `stop("timeout")`. */
  constructor(jobId: string, timeoutMs: number) {
    this.jobId = jobId;
    this.#timeoutMs = timeoutMs;
  }

  /** How it was ended from outside, if it was. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Fires when it is. Made when it is first asked for: most handlers are over before they would look at it. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#ending) this.#controller.abort(this.#reason(this.#ending));
    }
    return this.#controller.signal;
  }

  stop(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    const reason = this.#reason(ending);
    // The run is over before the handler hears of it: what it then throws is not what ended it.
    this.#reject?.(reason);
    this.#controller?.abort(reason);
  }

  /** What `work` comes to, or a rejection as soon as the run is stopped, whatever `work` still does. */
  untilStopped<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (this.#ending) reject(this.#reason(this.#ending));
      else work().then(resolve, reject);
    });
  }

  #reason(ending: Ending): Error {
    return new Error(reasons[ending](this.#timeoutMs));
  }
}
