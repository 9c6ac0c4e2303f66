import { randomUUID } from "node:crypto";

const harmless = /^[A-Za-z0-9._-]{8,128}$/;

/** The id that a client gave its request, if it is harmless in a header and in a log, else a new one. */
export function chooseRequestId(given: string | string[] | undefined): string {
  return typeof given === "string" && harmless.test(given) ? given : randomUUID();
}
