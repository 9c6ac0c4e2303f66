import type { IncomingMessage, ServerResponse } from "node:http";
import helmet from "helmet";
import type { Step } from "./prepare-requests.ts";

/** Nothing that this service answers is meant to run, frame or load anything; the docs page sets a policy of its own. */
export function setSecurityHeaders(): Step {
  const headers = listHeaders();
  return (_req, res) => {
    for (const [name, value] of headers) res.setHeader(name, value);
  };
}

/** They are the same for each answer, so helmet is asked for them once. */
function listHeaders(): [name: string, value: string][] {
  const headers = new Map<string, string>();
  const setHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] },
    },
    xFrameOptions: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
    // These speak to plug-ins and browsers that are gone, or to pages; each header more costs both sides of every request.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  const recorder = {
    setHeader: (name: string, value: string) => headers.set(name, value),
    removeHeader: (name: string) => headers.delete(name),
  };
  setHeaders({} as IncomingMessage, recorder as unknown as ServerResponse, () => {});
  return [...headers];
}
