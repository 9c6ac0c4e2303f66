import { AppError } from "@longshore/shared/errors";
import type { Step } from "../prepare-requests.ts";
import { requestPath } from "../request-path.ts";
import { isProbe } from "./is-probe.ts";
import { matchHost } from "./match-host.ts";

/**
 * Refuses requests under another name than those allowed, as `unknown_host`: so no page can have its own name lead a
 * browser here (DNS rebinding). Where no name is given, any will do.
 */
export function checkHost(allowed: readonly string[]): Step {
  const matches = allowed.map(matchHost);
  return (req) => {
    const { host } = req.headers;
    const isAllowed = host !== undefined && matches.some((isMeant) => isMeant(host));
    if (allowed.length > 0 && !isAllowed && !isProbe(requestPath(req)))
      throw new AppError("unknown_host", { message: `This service does not answer as ${host ?? "what has no name"}` });
  };
}
