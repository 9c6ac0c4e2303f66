import type { Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import type { KeyScope } from "./scopes.ts";

/** A key as it is shown: all but its secret. */
export type KeyView = {
  id: string;
  tenant: string;
  name: string;
  scopes: readonly KeyScope[];
  state: "active" | "expired" | "revoked";
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
};

/** Every key, the oldest first. */
export async function listKeys(db: Kysely<Database>, now = new Date()): Promise<KeyView[]> {
  const rows = await db.selectFrom("api_keys").selectAll().orderBy("created_at").orderBy("id").execute();
  return rows.map((row) => ({
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    scopes: row.scopes,
    state: row.revoked_at ? "revoked" : row.expires_at && row.expires_at <= now ? "expired" : "active",
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }));
}
