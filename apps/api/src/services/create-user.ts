import { sql } from "kysely";
import type { Db } from "@longshore/shared/db/create-database";
import { prepared } from "@longshore/shared/db/prepare-statements";
import { isRowError } from "@longshore/shared/db/sql-error";
import { createMicroBatch } from "@longshore/shared/micro-batch";
import { emailTaken } from "./email-taken.ts";
import { showUser, type ShownUser } from "./show-user.ts";
import type { UserBody } from "./user-body.ts";
import type { ViewedUser } from "./user-view.ts";

type NewUser = UserBody & { tenant: string };

export type CreatedUser = ShownUser & { id: number };

/**
 * Stores users; those that arrive while the last insert runs are inserted by one statement, of which each succeeds or fails
 * by itself. Throws `already_exists`.
 */
export function createCreateUser(db: Db) {
  const insert = createMicroBatch<NewUser, ViewedUser | undefined>({
    maxItems: 500,
    inCrowds: true,
    mayBeOneItem: isRowError,
    run: (users) => insertUsers(db, users),
  });

  return async function createUser(body: UserBody, tenant: string): Promise<CreatedUser> {
    const user = await insert({ ...body, tenant });
    if (!user) throw emailTaken(body.email);
    return { id: user.id, ...showUser(user) };
  };
}

/** Answers the user for each, and undefined where the address is taken: by an older user, or by one before it in the list. */
async function insertUsers(db: Db, users: readonly NewUser[]): Promise<(ViewedUser | undefined)[]> {
  const { rows } = await sql<ViewedUser & { tenant: string }>`
    ${sql.raw(prepared)} insert into users (tenant, email, name)
    select tenant, email, name from jsonb_to_recordset(${JSON.stringify(users)}::jsonb) as sent (tenant text, email text, name text)
    on conflict (tenant, email) do nothing
    returning tenant, id, email, name, created_at, updated_at`.execute(db);
  const inserted = new Map(rows.map((user) => [addressOf(user), user]));
  return users.map((user) => {
    const found = inserted.get(addressOf(user));
    inserted.delete(addressOf(user));
    return found;
  });
}

function addressOf({ tenant, email }: { tenant: string; email: string }): string {
  return `${email} ${tenant}`;
}
