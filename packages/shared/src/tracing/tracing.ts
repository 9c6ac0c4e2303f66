import type pg from "pg";

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type SpanOptions = {
  kind: "server" | "consumer" | "client";
  /** The `traceparent` of what this is part of. A new trace begins without one, or with one that is not well formed. */
  parent?: unknown;
  attributes?: Attributes;
};

/** A piece of work in a trace. */
export type Span = {
  /** What is handed on with a job or a call, so that what they do belongs to this. */
  readonly traceparent: string;
  /** To be called once. `failure` says why the work failed, if it did. */
  end(ending?: { name?: string; attributes?: Attributes; failure?: string | undefined }): void;
};

/** Traces requests to jobs, and jobs to what they do. */
export type Tracing = {
  start(name: string, options: SpanOptions): Span;
  /** Runs `fn`, and has the SQL statements that it sends while the span is open belong to it. */
  within<T>(span: Span, fn: () => T): T;
  /** Has a connection tell of its statements. Undefined where nobody would hear. */
  watchConnection: ((client: pg.PoolClient) => void) | undefined;
  /** Sends what was not sent yet, within a second. Never rejects. */
  close(): Promise<void>;
};
