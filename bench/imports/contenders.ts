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

/** PostgreSQL's own loader, from a CSV file. A header is taken for one if the first line holds the columns' names. */
export async function copyFile(databaseUrl: string, table: string, columns: string, file: string): Promise<void> {
  const options = `format csv, header ${table === "users"}`;
  const command = `\\copy ${table} (${columns}) from '${file}' with (${options})`;
  await run("psql", [databaseUrl, "-v", "ON_ERROR_STOP=1", "-qc", command]);
}

export type ImportFile = {
  url: string;
  type: string;
  file: string;
  expected: { received: number; inserted: number; rejected: number };
};

/** Uploads a file and waits until its last row is committed. Throws unless the counts are as expected. */
export async function importFile({ url, type, file, expected }: ImportFile): Promise<void> {
  const { links } = await upload(url, type, file);
  const status = new URL(links.self, url);
  for (;;) {
    const { state, counts } = (await (await fetch(status)).json()) as JobView;
    if (isTerminal(state)) return check(state, counts, expected);
    await setTimeout(50);
  }
}

function check(
  state: string,
  counts: JobView["counts"],
  { received, inserted, rejected }: ImportFile["expected"],
): void {
  const isRight = counts?.received === received && counts.inserted === inserted && counts.rejected === rejected;
  if (!isRight) throw new Error(`An import ended as ${state} with ${JSON.stringify(counts)}`);
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
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), sending);
  return JSON.parse(await answer) as JobView;
}

/** The first thing one would write: a statement for each row, each its own transaction. */
export async function insertOneByOne(db: Db, file: string, count: number): Promise<void> {
  for (const row of readUsers(file, count)) await db.insertInto("users").values(row).execute();
}

/** The second: a thousand rows a statement. */
export async function insertThousands(db: Db, file: string, count: number): Promise<void> {
  const users = readUsers(file, count);
  for (let at = 0; at < users.length; at += 1_000) {
    await db
      .insertInto("users")
      .values(users.slice(at, at + 1_000))
      .execute();
  }
}

function readUsers(file: string, count: number) {
  const lines = readFileSync(file, "utf8").split("\n", count);
  return lines.map((line) => JSON.parse(line) as { email: string; name: string });
}
