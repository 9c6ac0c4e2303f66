import { kill } from "node:process";
import { waitFor } from "@longshore/shared/testing/wait-for";
import type { Gate } from "./close-gate.ts";
import { findClient } from "./find-client.ts";
import type { FaultStack } from "./start-fault-stack.ts";

/**
 * `kill -9` of the workers that wait at a gate, at exactly that moment. What they had begun in PostgreSQL is taken back, as it
 * is when the machine is lost; or it `goes on` without them, as it does when a statement was sent and nobody is there to hear.
 */
export async function killAtGate(stack: FaultStack, gate: Gate, begun: "taken back" | "goes on" = "taken back") {
  const sessions = await gate.reached();
  const workers = stack.workers();
  const victims = new Set(sessions.map((session) => findClient(workers, session)).filter((pid) => pid !== undefined));
  if (victims.size === 0) throw new Error("Nobody waits at the gate any more");
  for (const pid of victims) kill(pid, "SIGKILL");
  await waitFor("them to be gone", async () => stack.workers().every((pid) => !victims.has(pid)));
  if (begun === "goes on") return;
  const { pool } = stack.database;
  const pids = sessions.map(({ pid }) => pid);
  await waitFor("what they had begun to be taken back", async () => {
    const { rowCount } = await pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where pid = any ($1)",
      [pids],
    );
    return rowCount === 0;
  });
}
