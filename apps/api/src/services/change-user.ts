import { sql } from "kysely";
import type { RowKey } from "@longshore/shared/cache/cache-keys";
import type { WriteFence } from "@longshore/shared/cache/create-write-fence";
import type { Db } from "@longshore/shared/db/create-database";
import { isUniqueViolation } from "@longshore/shared/db/sql-error";
import { emailTaken } from "./email-taken.ts";
import { noSuchUser } from "./no-such-user.ts";
import { showUser, type ShownUser } from "./show-user.ts";
import type { UserChanges } from "./user-body.ts";
import { viewedUserColumns } from "./user-view.ts";

/** Changes what is sent of a user, and nothing else. Throws `not_found` and `already_exists`. */
export function createChangeUser(db: Db, fence: WriteFence) {
  return async function changeUser({ tenant, id }: RowKey, changes: UserChanges): Promise<ShownUser> {
    const sent = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    return fence.around({ tenant, id }, async () => {
      const user = await db
        .updateTable("users")
        .set({ ...sent, updated_at: sql<Date>`now()` })
        .where("tenant", "=", tenant)
        .where("id", "=", id)
        .returning(viewedUserColumns)
        .executeTakeFirst()
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? emailTaken(changes.email ?? "") : error;
        });
      if (!user) throw noSuchUser(id);
      return showUser(user);
    });
  };
}
