import type { Request, Response } from "express";
import { AppError } from "@longshore/shared/errors";
import { anyone, type Caller } from "../caller.ts";
import type { Guard } from "../guard.ts";
import type { BadKeys } from "./limit-bad-keys.ts";
import { readCredentials } from "./read-credentials.ts";
import { refuseOtherSites } from "./refuse-other-sites.ts";
import { requireScope } from "./require-scope.ts";

/** The keys there are. What is known is answered at once. */
export type Keys = {
  isEmpty(): boolean | Promise<boolean>;
  find(key: string): Caller | undefined | Promise<Caller | undefined>;
  hasSeen(key: string): boolean;
};

export type AuthenticateOptions = {
  keys: Keys;
  badKeys: BadKeys;
  /** Whether requests are served without a key while there is none at all. */
  servesAnyone: boolean;
};

/**
 * A guard that finds out who asks by the key that is shown. Throws `unauthenticated` without a valid one, whatever is wrong
 * with it, and `forbidden` if it has not the route's scope. Waits for nothing when what it needs is known.
 */
export function authenticate({ keys, badKeys, servesAnyone }: AuthenticateOptions): Guard {
  return (req, res, route) => {
    if (route.scope === "public") return;
    const isOpen = servesAnyone && keys.isEmpty();
    return isOpen instanceof Promise ? isOpen.then((open) => admit(open)) : admit(isOpen);

    function admit(open: boolean): void | Promise<void> {
      if (open) return admitAnyone(req);
      const key = readCredentials(req, route);
      if (key === undefined) throw refuse(res, "This request has no API key");
      badKeys.check(req.ip, () => keys.hasSeen(key));
      const holder = keys.find(key);
      return holder instanceof Promise ? holder.then((found) => admitHolder(found)) : admitHolder(holder);
    }

    function admitHolder(holder: Caller | undefined): void | Promise<void> {
      if (!holder) return refuseKey(req, res, badKeys);
      requireScope(res, holder.scopes, route.scope);
      req.caller = holder;
    }
  };
}

function admitAnyone(req: Request): void {
  refuseOtherSites(req);
  req.caller = anyone;
}

async function refuseKey(req: Request, res: Response, badKeys: BadKeys): Promise<never> {
  await badKeys.count(req.ip);
  throw refuse(res, "This API key is not valid", 'Bearer error="invalid_token"');
}

function refuse(res: Response, message: string, challenge = "Bearer"): AppError {
  res.setHeader("WWW-Authenticate", challenge);
  return new AppError("unauthenticated", { message });
}
