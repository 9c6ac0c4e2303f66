import { pino, type Logger } from "pino";

export type { Logger };

/** A JSON logger for one process. `name` says which: `api`, `worker`. Secrets that end up in a logged object are masked. */
export function createLogger(name: string, level: string): Logger {
  return pino({
    name,
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ["*.password", "*.authorization", "req.headers.authorization", "req.headers.cookie"],
  });
}
