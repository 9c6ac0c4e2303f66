import type { Db } from "@longshore/shared/db/create-database";
import { createKey } from "@longshore/shared/keys/create-key";
import type { KeyScope } from "@longshore/shared/keys/scopes";

/** Makes a key; answers its text. */
export async function newKey(db: Db, tenant: string, ...scopes: KeyScope[]): Promise<string> {
  const { text } = await createKey(db, { tenant, name: "test", scopes, expiresAt: null });
  return text;
}
