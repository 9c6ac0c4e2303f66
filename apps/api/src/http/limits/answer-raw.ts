import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { AppError } from "@longshore/shared/errors";
import { createProblem } from "../problem.ts";

/** A client that does not close after its answer is cut off. */
const lingerMs = 1_000;

type Answer = { requestId: string; path?: string; headers?: Readonly<Record<string, string>> };

/**
 * Answers with a problem on a connection of which Node made no request, and closes it: not before the client has had the time to
 * read, for closing while it still sends would take the answer away from it.
 */
export function answerRaw(socket: Duplex, error: AppError, { requestId, path = "/", headers }: Answer): void {
  const problem = createProblem(error, path, requestId);
  const body = JSON.stringify(problem);
  const head = {
    Date: new Date().toUTCString(),
    "Content-Type": "application/problem+json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Request-Id": requestId,
    ...(error.retryAfterSeconds && { "Retry-After": error.retryAfterSeconds }),
    ...headers,
    Connection: "close",
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, "", body].join("\r\n"));
  socket.on("error", () => {}).resume();
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  socket.once("end", () => socket.destroy()).once("close", () => clearTimeout(cut));
}
