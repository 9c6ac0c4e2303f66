import type { Say } from "../terminal/say.ts";
import { createProgressBar } from "../terminal/progress-bar.ts";
import { readCitiesTable } from "./cities-table.ts";
import { createClient, type Client } from "./create-client.ts";
import { followJob } from "./follow-job.ts";
import { reportImport } from "./report-import.ts";
import { submitCities } from "./submit-cities.ts";

export type DemoOptions = { say: Say; signal: AbortSignal };

/**
 * Imports the cities of the world through the API when there are none yet, showing how far it is. An import that a
 * former stack left unfinished goes on by itself, and is followed instead.
 */
export async function importCities(
  stack: { apiUrl: string; databaseUrl: string },
  { say, signal }: DemoOptions,
): Promise<void> {
  const { rows, unfinishedImport } = await readCitiesTable(stack.databaseUrl);
  if (rows > 0 && !unfinishedImport) {
    say(`\nThe table cities holds ${rows.toLocaleString("en")} rows.`);
    return;
  }

  say(
    unfinishedImport
      ? "\nThe import of the cities goes on where it was interrupted."
      : "\nImporting the cities of the world.",
  );
  const startedAt = Date.now();
  await using client = createClient(stack);
  const self = unfinishedImport ? `/v1/jobs/${unfinishedImport}` : (await submitCities(client, signal))?.links.self;
  if (!self) {
    say("They are left out: ALLOWED_HOSTS has not the address that they would be sent to.");
    return;
  }
  const job = await follow(client, self, signal);
  const seconds = (Date.now() - startedAt) / 1000;
  const { rows: rowsInTable } = await readCitiesTable(stack.databaseUrl);
  reportImport({ job, seconds, rowsInTable, startedEmpty: rows === 0 }, say);
}

async function follow(client: Client, path: string, signal: AbortSignal) {
  using bar = createProgressBar("cities");
  return await followJob(client, path, { onView: ({ progress }) => progress && bar.update(progress), signal });
}
