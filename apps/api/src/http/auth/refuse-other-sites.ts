import type { Request } from "express";
import { AppError } from "@longshore/shared/errors";

const ofThisMachine = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Throws `forbidden` if a page of another site has a browser ask. Where no key is needed, any page that a developer opens
 * could else pause a queue of theirs: such a request is sent, although the page cannot read its answer.
 */
export function refuseOtherSites({ headers: { origin, host } }: Request): void {
  if (origin === undefined) return;
  const site = URL.canParse(origin) ? new URL(origin) : undefined;
  if (site && (site.host === host || ofThisMachine.has(site.hostname))) return;
  throw new AppError("forbidden", { message: `A page of ${origin} may not use this service without an API key` });
}
