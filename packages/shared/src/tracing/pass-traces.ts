import { parseTraceparent } from "./parse-traceparent.ts";
import { randomHex } from "./random-hex.ts";
import type { Span, SpanOptions, Tracing } from "./tracing.ts";

/** Hands traces on, for the logs and for whoever records them, and records nothing. */
export const passTraces: Tracing = {
  start: (_name, options) => new PassedSpan(options),
  within: (_span, fn) => fn(),
  watchConnection: undefined,
  close: async () => {},
};

class PassedSpan implements Span {
  readonly #parent: unknown;
  #traceparent: string | undefined;

  constructor({ parent }: SpanOptions) {
    this.#parent = parent;
  }

  /** Made when it is first asked for: most spans are over before anybody would belong to them. */
  get traceparent(): string {
    return (this.#traceparent ??= belongTo(this.#parent));
  }

  end(): void {}
}

function belongTo(parent: unknown): string {
  const context = parseTraceparent(parent);
  // A new trace says that it is sampled: who is called decides by that whether to record, and nobody else has decided.
  const flags = context && !context.sampled ? "00" : "01";
  return `00-${context?.traceId ?? randomHex(16)}-${randomHex(8)}-${flags}`;
}
