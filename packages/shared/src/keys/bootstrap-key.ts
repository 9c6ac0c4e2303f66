import { sql, type Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import { hashSecret } from "./hash-secret.ts";
import { matchesHash } from "./matches-hash.ts";
import type { ApiKey } from "./parse-key.ts";

const owner = { tenant: "default", name: "BOOTSTRAP_API_KEY" };

/**
 * Stores a key that was chosen from outside, for the tenant `default` with all scopes, unless it is there: one that was
 * revoked stays so. Revokes those that were stored this way before. Throws if its id is another key's.
 */
export async function bootstrapKey(db: Kysely<Database>, { id, secret }: ApiKey): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("api_keys")
      .values({ id, ...owner, secret_hash: hashSecret(secret), scopes: ["admin"] })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    const stored = await trx
      .selectFrom("api_keys")
      .select("secret_hash")
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    if (!matchesHash(secret, stored.secret_hash)) throw new Error(`There is another key that has the id ${id}.`);
    await trx
      .updateTable("api_keys")
      .set({ revoked_at: sql<Date>`now()` })
      .where("tenant", "=", owner.tenant)
      .where("name", "=", owner.name)
      .where("id", "<>", id)
      .where("revoked_at", "is", null)
      .execute();
  });
}
