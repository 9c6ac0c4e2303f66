import type { Db } from "@longshore/shared/db/create-database";
import { toUserView, viewedUserColumns, type UserView } from "./user-view.ts";

export type UserPage = { tenant: string; limit: number; after: number | undefined };

/** Lists users, the newest first, from behind the one with the id `after`; `next` is where the next page begins. */
export function createListUsers(db: Db) {
  return async function listUsers({
    tenant,
    limit,
    after,
  }: UserPage): Promise<{ items: UserView[]; next: number | null }> {
    const users = await db
      .selectFrom("users")
      .select(viewedUserColumns)
      .where("tenant", "=", tenant)
      .$if(after !== undefined, (query) => query.where("id", "<", after!))
      .orderBy("id", "desc")
      .limit(limit + 1)
      .execute();
    const items = users.slice(0, limit).map(toUserView);
    return { items, next: users.length > limit ? items.at(-1)!.id : null };
  };
}
