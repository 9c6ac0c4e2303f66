import type { Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import { isLoopback } from "../net/is-loopback.ts";
import { hasKeys } from "./has-keys.ts";

/** Why an API must not listen on a host, for a person: others reach it, and there is no key. Undefined if it may. */
export async function findExposure(db: Kysely<Database>, host: string): Promise<string | undefined> {
  if (isLoopback(host) || (await hasKeys(db))) return undefined;
  return (
    `There is no API key, so nobody but this machine may be served, and HOST=${host} is open to others. Make a key first: ` +
    "npm run keys -- create --tenant default --name first --scopes admin (in containers, see docs/authentication.md)"
  );
}
