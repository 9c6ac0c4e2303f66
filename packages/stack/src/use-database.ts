import { createDatabase, type Db } from "@longshore/shared/db/create-database";

/** Does something with a database, on one connection. */
export async function useDatabase<Result>(url: string, action: (db: Db) => Promise<Result>): Promise<Result> {
  const database = createDatabase({ url, applicationName: "longshore-stack", max: 1 });
  try {
    return await action(database.db);
  } finally {
    await database.close();
  }
}
