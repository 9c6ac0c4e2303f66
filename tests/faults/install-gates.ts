import type { FaultStack } from "./start-fault-stack.ts";

/** Where in PostgreSQL a session waits: at each row that such a statement writes, or when such a row is about to be committed. */
export type GatePoint = {
  on: string;
  at: "before insert" | "before update" | "after insert or update" | "commit";
  when?: string;
};

/** Makes places at which sessions of the apps wait when a test has closed the gate of that name. */
export async function installGates(
  { database: { pool } }: FaultStack,
  points: Readonly<Record<string, GatePoint>>,
): Promise<void> {
  await pool.query(`
    create table gates (name text primary key);
    create function wait_at_gate() returns trigger language plpgsql as $$ begin
      if exists (select from gates where name = tg_argv[0]) then perform pg_advisory_xact_lock(1, hashtext(tg_argv[0]));
      end if;
      return new;
    end $$`);
  for (const [name, { on, at, when = "true" }] of Object.entries(points)) {
    const kind = at === "commit" ? "constraint trigger" : "trigger";
    const event = at === "commit" ? "after update" : at;
    const deferred = at === "commit" ? "deferrable initially deferred" : "";
    await pool.query(`create ${kind} gate_${name} ${event} on ${on} ${deferred}
      for each row when (${when}) execute function wait_at_gate('${name}')`);
  }
}
