import { Kysely, PostgresDialect, type Transaction } from "kysely";
import type pg from "pg";
import type { Database } from "./schema.ts";

/** A transaction, and its connection for what Kysely has no words for: COPY. */
export type ClientTransaction = { trx: Transaction<Database>; client: pg.PoolClient };

/** Runs `fn` in a transaction on one connection of the pool. Commits what it resolves with, rolls back when it rejects. */
export async function transactOnClient<T>(pool: pg.Pool, fn: (on: ClientTransaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const borrowed = { query: client.query.bind(client), release: () => {} } as pg.PoolClient;
  const onePool = { connect: async () => borrowed, end: async () => {}, options: {} } as unknown as pg.Pool;
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: onePool }) });
  let broken: Error | undefined;
  try {
    return await db.transaction().execute((trx) => fn({ trx, client }));
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    // A connection that failed in an unknown way is not given to the next one.
    client.release(broken);
  }
}
