import { pino, type Logger } from "pino";

export type { Logger };

/** A JSON logger for one process. `name` says which: `api`, `worker`. Secrets that end up in a logged object are masked. */
export function createLogger(name: string, level: string): Logger {
  // Some lines are written together, at most 100 ms late: a write for each costs more than all else about it.
  const destination = pino.destination({ sync: true, minLength: 4_096, periodicFlush: 100 });
  process.on("exit", () => destination.flushSync());
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ["*.password", "*.authorization", "req.headers.authorization", "req.headers.cookie"],
    },
    destination,
  );
}
