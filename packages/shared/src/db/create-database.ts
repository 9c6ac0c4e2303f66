import type { Socket } from "node:net";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { prepareStatements } from "./prepare-statements.ts";
import type { Database } from "./schema.ts";

export type DatabaseOptions = {
  url: string;
  applicationName: string;
  min?: number;
  max?: number;
  connectTimeoutMs?: number;
  idleTimeoutMs?: number;
  maxLifetimeMs?: number;
  /** 0 lets statements run without a bound: for migrations only. */
  statementTimeoutMs?: number;
  lockTimeoutMs?: number;
  idleInTransactionTimeoutMs?: number;
  /**
   * Has joins look rows up by their keys, whatever the statistics say of the tables: for connections whose statements name
   * the rows that they mean. A plan that is kept may have been made when the table was empty.
   */
  joinsByKey?: boolean;
  /** Told of each new connection, before anybody uses it. */
  onConnect?: ((client: pg.PoolClient) => void) | undefined;
  /** An idle connection that broke: the pool has dropped it already, this is for the log. */
  onConnectionError?: (error: Error) => void;
};

export type Db = Kysely<Database>;
export type DatabaseHandle = { db: Db; pool: pg.Pool; close(): Promise<void> };

/** PostgreSQL's int8: every bigint here is an id or a count, far below 2^53. */
const types = {
  getTypeParser: (oid: number, format?: "text") =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

const defaults = { statementTimeoutMs: 30_000, idleInTransactionTimeoutMs: 30_000 };
/** What an answer may take on its way, beyond the time that PostgreSQL itself has. */
const graceMs = 5_000;

/** A bounded connection pool and Kysely over it. Connects on first use; every wait has a limit. */
export function createDatabase(options: DatabaseOptions): DatabaseHandle {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    min: options.min ?? 0,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 2_000,
    idleTimeoutMillis: options.idleTimeoutMs ?? 30_000,
    maxLifetimeSeconds: (options.maxLifetimeMs ?? 30 * 60_000) / 1_000,
    statement_timeout: options.statementTimeoutMs ?? defaults.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? 5_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? defaults.idleInTransactionTimeoutMs,
    ...(options.joinsByKey && { options: "-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off" }),
    keepAlive: true,
    types: types as pg.CustomTypesConfig,
  });
  // A connection that breaks between two statements of a transaction is nobody's to hear of: the next statement fails.
  pool.on("connect", (client) => client.on("error", () => {}));
  pool.on("connect", prepareStatements);
  pool.on("connect", (client) => giveUpWhenSilent(client, options));
  if (options.onConnect) pool.on("connect", options.onConnect);
  pool.on("error", (error) => options.onConnectionError?.(error));

  const reached = {
    connect: () => pool.connect().catch(tellUnreachable),
    end: () => pool.end(),
    options: pool.options,
  };
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: reached }) });
  return { db, pool, close: () => db.destroy() };
}

/** Says of what is any socket's error that it is the database's: 08001, as SQL calls a connection that was not to be had. */
function tellUnreachable(error: Error & { code?: string }): never {
  if (!error.code?.startsWith("E")) throw error;
  throw Object.assign(new Error(`The database cannot be reached: ${error.message}`, { cause: error }), {
    code: "08001",
  });
}

/**
 * PostgreSQL ends what takes too long. Where nothing of it comes through any more, because the network has lost the connection
 * without a word, its client has to: a connection on which something was asked and nothing has moved since is given up.
 */
function giveUpWhenSilent(client: pg.PoolClient, options: DatabaseOptions): void {
  const limits = { ...defaults, ...options };
  if (limits.statementTimeoutMs === 0) return;
  const silentMs = Math.max(limits.statementTimeoutMs, limits.idleInTransactionTimeoutMs) + graceMs;
  const { connection } = client as unknown as { connection: { stream: Socket } };
  connection.stream.setTimeout(silentMs).on("timeout", () => {
    const { readyForQuery } = client as unknown as { readyForQuery: boolean };
    if (!readyForQuery) connection.stream.destroy(new Error(`Connection terminated: silent for ${silentMs} ms`));
  });
}
