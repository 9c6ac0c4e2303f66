import { createHash } from "node:crypto";
import { sql, type RawBuilder } from "kysely";
import type pg from "pg";

/**
 * Begins the text of a statement that is sent all the time: a connection has it parsed once, and planned once a second. Such a
 * statement names its result's columns; `returning *` would fail on open connections after a migration has added one.
 */
export const prepared = "/* prepared */";

/**
 * A plan is kept until somebody analyzes the table, which may be a minute after it has grown from a few rows to a million: until
 * then all of them are read for each row that is looked for.
 */
const plannedForMs = 1_000;

/**
 * An array of which the planner does not see how long it is. Where it does, it plans the statement anew for each short array,
 * and that costs more than to run it.
 */
export function arrayOf(
  type: "bigint" | "integer" | "jsonb" | "text" | "uuid",
  values: readonly unknown[],
): RawBuilder<unknown> {
  return sql`(select ${values}::${sql.raw(type)}[])`;
}

const names = new Map<string, string>();

/** Has a connection prepare the statements that are marked so. */
export function prepareStatements(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  let plannedAt = performance.now();

  /** Comes before the statement. Should it fail, so does that, and says why. */
  function planAgain(): void {
    plannedAt = performance.now();
    query("discard plans", () => {});
  }

  client.query = ((config: unknown, ...rest: unknown[]) => {
    if (typeof config !== "string" || !config.startsWith(prepared)) return query(config, ...rest);
    if (performance.now() - plannedAt > plannedForMs) planAgain();
    return query({ name: nameOf(config), text: config }, ...rest);
  }) as typeof client.query;
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) names.set(text, (name = createHash("sha1").update(text).digest("hex")));
  return name;
}
