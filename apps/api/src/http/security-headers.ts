import type { RequestHandler } from "express";
import helmet from "helmet";

/** Nothing that this service answers is meant to run, frame or load anything; the docs page sets a policy of its own. */
export function setSecurityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { "default-src": ["'none'"], "frame-ancestors": ["'none'"] },
    },
    xFrameOptions: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
  });
}
