import { sql } from "kysely";
import type { RowKey } from "@longshore/shared/cache/cache-keys";
import type { Db } from "@longshore/shared/db/create-database";
import { arrayOf, prepared } from "@longshore/shared/db/prepare-statements";
import { answerWithin } from "./answer-within.ts";
import { joinShown, showUser } from "./show-user.ts";
import type { ViewedUser } from "./user-view.ts";

/** Reads users from PostgreSQL, all of them by one statement, as the cache keeps them; undefined for those that are not there. */
export function createLoadUsers(db: Db) {
  return async function loadUsers(keys: readonly RowKey[]): Promise<(string | undefined)[]> {
    const asked = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
    const tenants = asked.map(({ tenant }) => tenant);
    const ids = asked.map(({ id }) => id);
    const statement = sql<ViewedUser & { tenant: string }>`
      ${sql.raw(prepared)} select users.tenant, users.id, email, name, created_at, updated_at
      from unnest(${arrayOf("text", tenants)}, ${arrayOf("bigint", ids)}) as asked (tenant, id)
      join users on users.tenant = asked.tenant and users.id = asked.id`;
    const { rows } = await answerWithin(5_000, statement.execute(db));

    const shown = new Map(rows.map((user) => [nameOf(user), joinShown(showUser(user))]));
    return keys.map((key) => shown.get(nameOf(key)));
  };
}

function nameOf({ tenant, id }: RowKey): string {
  return `${id} ${tenant}`;
}
