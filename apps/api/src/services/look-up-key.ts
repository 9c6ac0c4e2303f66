import type { Db } from "@longshore/shared/db/create-database";
import { prepared } from "@longshore/shared/db/prepare-statements";
import type { KeyScope } from "@longshore/shared/keys/scopes";
import { sql } from "kysely";

/** A key as it is stored. */
export type StoredKey = {
  id: string;
  tenant: string;
  scopes: ReadonlySet<KeyScope>;
  hash: Buffer;
  expiresAt: Date | null;
  isRevoked: boolean;
  lastUsedAt: Date | null;
};

/** What there is of the key with an id, if there is one. */
export async function lookUpKey(db: Db, id: string): Promise<StoredKey | undefined> {
  const { rows } = await sql<Omit<StoredKey, "scopes"> & { scopes: KeyScope[] }>`${sql.raw(prepared)}
    select id, tenant, scopes, secret_hash as hash, expires_at as "expiresAt", revoked_at is not null as "isRevoked",
      last_used_at as "lastUsedAt"
    from api_keys where id = ${id}`.execute(db);
  return rows[0] && { ...rows[0], scopes: new Set(rows[0].scopes) };
}
