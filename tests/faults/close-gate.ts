import { waitFor } from "@longshore/shared/testing/wait-for";
import type { Connection } from "./find-client.ts";
import type { FaultStack } from "./start-fault-stack.ts";

/** A session of PostgreSQL that waits at a gate, and its connection. */
export type HeldSession = Connection & { pid: number };

export type Gate = AsyncDisposable & {
  /** Resolves, to the sessions that wait, when there are any. */
  reached(): Promise<HeldSession[]>;
  open(): Promise<void>;
};

/** Holds up whoever comes to a gate, until it is opened or out of scope. */
export async function closeGate({ database: { pool } }: FaultStack, name: string): Promise<Gate> {
  const client = await pool.connect();
  await client.query("select pg_advisory_lock(1, hashtext($1))", [name]);
  await client.query("insert into gates values ($1)", [name]);
  let isOpen = false;

  async function open(): Promise<void> {
    if (isOpen) return;
    isOpen = true;
    await pool.query("delete from gates where name = $1", [name]);
    await client.query("select pg_advisory_unlock_all()");
    client.release();
  }

  return {
    reached: () =>
      waitFor(`somebody to wait at ${name}`, async () => {
        const { rows } = await pool.query<HeldSession>(
          `select pid, client_port as port, inet_server_port() as "serverPort" from pg_locks join pg_stat_activity using (pid)
           where locktype = 'advisory' and not granted and objsubid = 2
             and objid = (hashtext($1)::bigint & 4294967295)::oid`,
          [name],
        );
        return rows.length > 0 && rows;
      }),
    open,
    [Symbol.asyncDispose]: open,
  };
}
