import { sql, type Kysely } from "kysely";
import type { Database } from "../db/schema.ts";

/** Whether there is any key, also a revoked or expired one: then every request needs one. */
export async function hasKeys(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`select exists (select from api_keys) as any`.execute(db);
  return rows[0]!.any;
}
