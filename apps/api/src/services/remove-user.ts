import type { RowKey } from "@longshore/shared/cache/cache-keys";
import type { WriteFence } from "@longshore/shared/cache/create-write-fence";
import type { Db } from "@longshore/shared/db/create-database";
import { noSuchUser } from "./no-such-user.ts";

/** Removes a user and its profile. Throws `not_found`. */
export function createRemoveUser(db: Db, fence: WriteFence) {
  return async function removeUser({ tenant, id }: RowKey): Promise<void> {
    const { numDeletedRows } = await fence.around({ tenant, id }, () =>
      db.deleteFrom("users").where("tenant", "=", tenant).where("id", "=", id).executeTakeFirstOrThrow(),
    );
    if (numDeletedRows === 0n) throw noSuchUser(id);
  };
}
