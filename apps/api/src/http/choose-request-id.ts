import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

const harmless = /^[A-Za-z0-9._-]{8,128}$/;

/** The client's `X-Request-Id` if it is harmless in a header and in a log, else a new one. */
export function chooseRequestId(req: IncomingMessage): string {
  const given = req.headers["x-request-id"];
  return typeof given === "string" && harmless.test(given) ? given : randomUUID();
}
