import { AppError } from "../errors.ts";

/** What the drivers throw: a SQLSTATE with PostgreSQL's own fields, or a socket's errno in `code`. */
export type SqlError = Error & {
  code?: string;
  constraint?: string;
  column?: string;
  detail?: string;
  schema?: string;
};

/** PostgreSQL refused a value or a row: classes 22 (data exception) and 23 (integrity constraint violation). */
export type RowError = SqlError & { code: string };

export function isRowError(error: unknown): error is RowError {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith("22") || state.startsWith("23"));
}

/** A value that must be unique was there already. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === "23505";
}

/** A lock was not to be had within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === "55P03";
}

/**
 * The database is away or too busy, and the same statement may succeed later: lost connections (class 08), shutdown and
 * crash (57P0x), too many clients (53300), a deadlock or another conflict with somebody else's transaction (class 40), a
 * socket that failed, or a pool that had no connection in time.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return /^(08|40|57P0|53300)/.test(state);
  const errno = (error as SqlError).code;
  if (errno && /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/.test(errno)) return true;
  return saysDisconnected(error);
}

/** What the driver says of connections without a code. */
function saysDisconnected({ message }: Error): boolean {
  return /timeout exceeded when trying to connect|Connection terminated|connection timeout|not queryable/i.test(
    message,
  );
}

/** Another transaction was in the way: a deadlock, or a conflict between serializable ones. */
export function isConflict(error: unknown): boolean {
  return sqlState(error)?.startsWith("40") ?? false;
}

/**
 * The database is away, read-only (25006), out of disk (53100), or cannot reach its files (58030): no fault of what it was
 * asked for, and likely to be so for the next one too. Never said of a socket's error, which may be anybody's.
 */
export function isOutOfOrder(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  return state === undefined ? saysDisconnected(error) : /^(08|57P0|53300|53100|25006|58030)/.test(state);
}

/** The same statement may succeed later, and it was not at fault. */
export function mayPass(error: unknown): boolean {
  return isUnavailable(error) || isOutOfOrder(error);
}

/**
 * It is there, but it cannot do that now: it is read-only (25006), out of disk, memory or connections (class 53), did not get a
 * lock (55P03) or an end (57014) in time, or cannot reach its files (class 58).
 */
function isIncapable(error: unknown): boolean {
  return /^(25006|53|55P03|57014|58)/.test(sqlState(error) ?? "");
}

/** What a client may hear about a failure of the database: that it is away, and when to try again. Never SQL. */
export function toUnavailable(error: unknown): AppError | undefined {
  if (!isUnavailable(error) && !isIncapable(error)) return undefined;
  return new AppError("unavailable", { message: "The database is not available", retryAfterSeconds: 2, cause: error });
}

function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as SqlError).code : undefined;
  // `EPIPE` has five letters too; no class of SQLSTATE begins with an E.
  return code && /^(?!E)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
