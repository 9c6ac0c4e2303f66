import type { Db } from "@longshore/shared/db/create-database";
import type { Rows } from "./read-rows.ts";
import { viewedUserColumns } from "./user-view.ts";

const pageRows = 1_000;
const columns = ["id", "email", "name", "createdAt", "updatedAt"];

/** Every user of a tenant in the order of their ids, read page by page. */
export function createExportUsers(db: Db) {
  return function exportUsers(tenant: string): Rows {
    return { columns, pages: readPages(db, tenant) };
  };
}

async function* readPages(db: Db, tenant: string): Rows["pages"] {
  let after = 0;
  for (;;) {
    const users = await db
      .selectFrom("users")
      .select(viewedUserColumns)
      .where("tenant", "=", tenant)
      .where("id", ">", after)
      .orderBy("id")
      .limit(pageRows)
      .execute();
    yield users.map(({ id, email, name, created_at: createdAt, updated_at: updatedAt }) => {
      return { id, email, name, createdAt, updatedAt };
    });
    if (users.length < pageRows) return;
    after = users.at(-1)!.id;
  }
}
