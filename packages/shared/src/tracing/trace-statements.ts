import type pg from "pg";
import type { Attributes, Span } from "./tracing.ts";

/** Starts the span of a statement; undefined for one that belongs to nothing. */
export type StartStatement = (name: string, attributes: Attributes) => Span | undefined;

const maxText = 2_000;

/** Makes the function that has a connection start a span for each statement. Its text goes along, its values never do. */
export function traceStatements(start: StartStatement): (client: pg.PoolClient) => void {
  return (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const text = textOf(args[0]);
      const [operation = "query"] =
        /\b(?:with|select|insert|update|delete|copy|begin|commit|rollback)\b/i.exec(text) ?? [];
      const name = operation.toUpperCase();
      const attributes = { "db.system.name": "postgresql", "db.operation.name": name, "db.query.text": text };
      const span = start(name, attributes);
      const answer = query(...args);
      if (span) endWith(span, answer);
      return answer;
    }) as typeof client.query;
  };
}

function textOf(query: unknown): string {
  const text = typeof query === "string" ? query : (query as { text?: string }).text;
  return (text ?? "").slice(0, maxText);
}

/** A statement is over when its promise is, or its stream. */
function endWith(span: Span, answer: unknown): void {
  if (answer instanceof Promise)
    answer.then(
      () => span.end(),
      (error: Error) => span.end({ failure: error.message }),
    );
  else if (typeof (answer as { once?: unknown } | undefined)?.once === "function") {
    const stream = answer as NodeJS.EventEmitter;
    let over = false;
    const endOnce = (error?: Error) => {
      if (!over) span.end({ failure: error?.message });
      over = true;
    };
    stream.once("error", endOnce);
    for (const event of ["finish", "end", "close"]) stream.once(event, () => endOnce());
  } else span.end();
}
