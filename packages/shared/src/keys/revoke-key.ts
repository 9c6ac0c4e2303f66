import { sql, type Kysely } from "kysely";
import type { Database } from "../db/schema.ts";

/** Has a key be refused from now on; one that is revoked already stays so since then. False if there is no such key. */
export async function revokeKey(db: Kysely<Database>, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("api_keys")
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
    .where("id", "=", id)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
