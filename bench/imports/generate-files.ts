import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const names = {
  ndjson: "users.ndjson",
  csv: "users.csv",
  json: "users.json",
  sorted: "sorted.csv",
  invalid: "invalid.ndjson",
  fewValid: "few-valid.ndjson",
  fewInvalid: "few-invalid.ndjson",
  records: "records.ndjson",
  recordsCsv: "records.csv",
};

export type Files = Record<keyof typeof names, string>;

/** How many rows the `few` files have. */
export const few = 1_000;

const firstNames = [
  "Ada",
  "Alan",
  "Barbara",
  "Claude",
  "Dorothy",
  "Edsger",
  "Frances",
  "Grace",
  "Hedy",
  "Ivan",
  "Jean",
];
const lastNames = ["Allen", "Bartik", "Clarke", "Dijkstra", "Engelbart", "Floyd", "Goldberg", "Hopper", "Hamilton"];

/**
 * Writes the same `count` users in every format, e-mails unique and in random order; `sorted` is the CSV by e-mail, in
 * `invalid` one row of a hundred is refused. `records` are the users with more about them, as one JSON document each.
 */
export async function generateFiles(folder: string, count: number): Promise<Files> {
  const files = Object.fromEntries(Object.entries(names).map(([name, file]) => [name, join(folder, file)])) as Files;
  const users = Array.from({ length: count }, (_, n) => user(n));
  shuffle(users);

  const valid = ([email, name]: User) => `${JSON.stringify({ email, name })}\n`;
  const invalid = ([, name]: User, at: number) => `${JSON.stringify({ email: `not an address ${at}`, name })}\n`;
  const csv = ([email, name]: User, at: number) => `${at === 0 ? "email,name\n" : ""}${email},${name}\n`;
  await write(files.ndjson, users, valid);
  await write(files.invalid, users, (one, at) => (at % 100 === 0 ? invalid : valid)(one, at));
  await write(files.json, users, (one, at) => `${at === 0 ? "[" : ","}${valid(one)}${at === count - 1 ? "]" : ""}`);
  await write(files.csv, users, csv);
  await write(files.fewValid, users.slice(0, few), valid);
  await write(files.fewInvalid, users.slice(0, few), invalid);
  await write(files.records, users, (one) => `${record(one)}\n`);
  await write(files.recordsCsv, users, (one) => `"${record(one).replaceAll('"', '""')}"\n`);
  users.sort(([a], [b]) => (a < b ? -1 : 1));
  await write(files.sorted, users, csv);
  return files;
}

type User = readonly [email: string, name: string];

function user(n: number): User {
  const first = firstNames[n % firstNames.length]!;
  const last = lastNames[(n >> 3) % lastNames.length]!;
  return [`${first}.${last}.${n}@mail${n % 97}.example.com`.toLowerCase(), `${first} ${last} ${n}`];
}

function record([email, name]: User): string {
  return JSON.stringify({
    id: email.length,
    contact: { email, name },
    tags: ["bench", name.slice(0, 3)],
    score: email.length / 7,
    active: true,
  });
}

/** Fisher and Yates's, with a fixed seed: every run has the same order. */
function shuffle(items: unknown[]): void {
  let seed = 42;
  for (let at = items.length - 1; at > 0; at -= 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const other = seed % (at + 1);
    [items[at], items[other]] = [items[other], items[at]];
  }
}

async function write(path: string, users: readonly User[], format: (user: User, at: number) => string): Promise<void> {
  function* blocks() {
    for (let at = 0; at < users.length; at += 5_000) {
      yield users
        .slice(at, at + 5_000)
        .map((one, offset) => format(one, at + offset))
        .join("");
    }
  }
  await pipeline(Readable.from(blocks()), createWriteStream(path));
}
