import { timingSafeEqual } from "node:crypto";
import { hashSecret } from "./hash-secret.ts";

/** What nobody has the secret of: compared with where there is no key, so that this takes as long as where there is one. */
const nobodys = Buffer.alloc(32);

/** Whether a secret is the one that was stored, if one was; takes the same time whatever the answer is. */
export function matchesHash(secret: string, stored: Buffer | undefined): boolean {
  return timingSafeEqual(hashSecret(secret), stored ?? nobodys) && stored !== undefined;
}
