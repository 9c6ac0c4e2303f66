import { pino, type Logger } from "pino";

export type { Logger };

/** A JSON logger for one process. `name` says which: `api`, `worker`. Secrets that end up in a logged object are masked. */
export function createLogger(name: string, level: string): Logger {
  return pino(
    {
      name,
      level,
      timestamp: isoTime,
      redact: ["*.password", "*.authorization", "req.headers.authorization", "req.headers.cookie"],
    },
    collectLines(pino.destination({ sync: true })),
  );
}

const mostLines = 64;
const collectedMs = 100;

/** Writes some lines together, at most so much later: a write for each would cost more than all else about it. */
function collectLines(destination: ReturnType<typeof pino.destination>) {
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length > 0) destination.write(lines.join(""));
    lines = [];
  }

  process.on("exit", flush);
  return {
    write(line: string) {
      if (lines.push(line) >= mostLines) flush();
      else timer ??= setTimeout(flush, collectedMs).unref();
    },
    /** Called after a fatal line. */
    flushSync: flush,
  };
}

let lastMs = 0;
let lastTime = "";

/** Many lines are of the same millisecond. */
function isoTime(): string {
  const nowMs = Date.now();
  if (nowMs !== lastMs) {
    lastMs = nowMs;
    lastTime = `,"time":"${new Date(nowMs).toISOString()}"`;
  }
  return lastTime;
}
