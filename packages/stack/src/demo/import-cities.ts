import type { Say } from "../terminal/say.ts";
import { createProgressBar } from "../terminal/progress-bar.ts";
import { readCitiesTable } from "./cities-table.ts";
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
  const self = unfinishedImport
    ? `/v1/jobs/${unfinishedImport}`
    : (await submitCities(stack.apiUrl, signal)).links.self;
  const job = await follow(`${stack.apiUrl}${self}`, signal);
  const seconds = (Date.now() - startedAt) / 1000;
  const { rows: rowsInTable } = await readCitiesTable(stack.databaseUrl);
  reportImport({ job, seconds, rowsInTable, startedEmpty: rows === 0 }, say);
}

async function follow(url: string, signal: AbortSignal) {
  using bar = createProgressBar("cities");
  return await followJob(url, ({ progress }) => progress && bar.update(progress), signal);
}
