import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import { hashSecret } from "./hash-secret.ts";
import type { NewKey } from "./new-key.ts";

/** Makes a key and stores what there is to know of it. This is the only time that its text is there. */
export async function createKey(db: Kysely<Database>, newKey: NewKey): Promise<{ id: string; text: string }> {
  const id = randomBytes(6).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  const { expiresAt, ...said } = newKey;
  await db
    .insertInto("api_keys")
    .values({ id, ...said, secret_hash: hashSecret(secret), expires_at: expiresAt })
    .execute();
  return { id, text: `lsk_${id}_${secret}` };
}
