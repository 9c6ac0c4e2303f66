import { execFile } from "node:child_process";
import { createReadStream, readFileSync } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import type { Db } from "@longshore/shared/db/create-database";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";

const run = promisify(execFile);

/** PostgreSQL's own loader, from a CSV file with a header into (email, name). */
export async function copyFile(databaseUrl: string, file: string): Promise<void> {
  await run("psql", [
    databaseUrl,
    "-v",
    "ON_ERROR_STOP=1",
    "-qc",
    `\\copy users (email, name) from '${file}' with (format csv, header)`,
  ]);
}

/** Uploads a file and waits until its last row is committed. */
export async function importFile(apiUrl: string, path: string, type: string, file: string): Promise<JobView> {
  const accepted = await upload(apiUrl + path, type, file);
  for (;;) {
    const job = (await (await fetch(apiUrl + accepted.links.self)).json()) as JobView;
    if (isTerminal(job.state)) return job;
    await setTimeout(20);
  }
}

async function upload(url: string, type: string, file: string): Promise<JobView> {
  const sending = request(url, { method: "POST", headers: { "content-type": type } });
  const answer = new Promise<string>((resolve, reject) => {
    sending.on("error", reject);
    sending.on("response", (response) => {
      void text(response).then((body) =>
        response.statusCode === 202 ? resolve(body) : reject(new Error(`${response.statusCode}: ${body}`)),
      );
    });
  });
  await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), sending);
  return JSON.parse(await answer) as JobView;
}

/** The first thing one would write: a statement for each row, each its own transaction. */
export async function insertOneByOne(db: Db, file: string, count: number): Promise<void> {
  for (const row of readUsers(file, count)) await db.insertInto("users").values(row).execute();
}

/** The second: a thousand rows a statement. */
export async function insertThousands(db: Db, file: string, count: number): Promise<void> {
  const users = readUsers(file, count);
  for (let at = 0; at < users.length; at += 1_000)
    await db
      .insertInto("users")
      .values(users.slice(at, at + 1_000))
      .execute();
}

function readUsers(file: string, count: number) {
  const lines = readFileSync(file, "utf8").split("\n", count);
  return lines.map((line) => JSON.parse(line) as { email: string; name: string });
}
