import { createDatabase } from "@longshore/shared/db/create-database";

export type CitiesTable = {
  rows: number;
  /** The id of an import of cities that is on its way. */
  unfinishedImport: string | undefined;
};

/** What the database itself says about the cities, asked past the API. */
export async function readCitiesTable(databaseUrl: string): Promise<CitiesTable> {
  const database = createDatabase({ url: databaseUrl, applicationName: "longshore-demo", max: 1 });
  try {
    const { rows } = await database.db
      .selectFrom("cities")
      .select(({ fn }) => fn.countAll<number>().as("rows"))
      .executeTakeFirstOrThrow();
    const unfinished = await database.db
      .selectFrom("jobs")
      .innerJoin("imports", "imports.job_id", "jobs.id")
      .select("jobs.id")
      .where("imports.dataset", "=", "cities")
      .where("jobs.tenant", "=", "default")
      .where("jobs.state", "in", ["scheduled", "queued", "running"])
      .orderBy("jobs.created_at", "desc")
      .executeTakeFirst();
    return { rows, unfinishedImport: unfinished?.id };
  } finally {
    await database.close();
  }
}
