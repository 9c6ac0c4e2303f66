import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export type Files = Record<"ndjson" | "csv" | "json" | "sorted" | "invalid", string>;

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
  "Katherine",
];
const lastNames = [
  "Allen",
  "Bartik",
  "Clarke",
  "Dijkstra",
  "Engelbart",
  "Floyd",
  "Goldberg",
  "Hopper",
  "Hamilton",
  "Johnson",
];

/** Writes the same `count` users in every format, e-mails unique and in random order; `sorted` is the CSV by e-mail. */
export async function generateFiles(folder: string, count: number): Promise<Files> {
  const users = Array.from({ length: count }, (_, n) => user(n));
  shuffle(users);
  const csv = ([email, name]: User) => `${email},${name}\n`;
  const json = ([email, name]: User) => JSON.stringify({ email, name });
  const broken = ([email, name]: User, at: number) =>
    JSON.stringify({ email: at % 100 === 0 ? `not an address ${at}` : email, name });

  const files = {
    ndjson: "users.ndjson",
    csv: "users.csv",
    json: "users.json",
    sorted: "sorted.csv",
    invalid: "invalid.ndjson",
  };
  const paths = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(folder, file)])) as Files;
  await write(paths.ndjson, users, (one) => `${json(one)}\n`);
  await write(paths.invalid, users, (one, at) => `${broken(one, at)}\n`);
  await write(paths.json, users, (one, at) => `${at === 0 ? "[" : ",\n"}${json(one)}${at === count - 1 ? "]" : ""}`);
  await write(paths.csv, users, (one, at) => `${at === 0 ? "email,name\n" : ""}${csv(one)}`);
  users.sort(([a], [b]) => (a < b ? -1 : 1));
  await write(paths.sorted, users, (one, at) => `${at === 0 ? "email,name\n" : ""}${csv(one)}`);
  return paths;
}

type User = readonly [email: string, name: string];

function user(n: number): User {
  const first = firstNames[n % firstNames.length]!;
  const last = lastNames[(n >> 3) % lastNames.length]!;
  return [`${first}.${last}.${n}@mail${n % 97}.example.com`.toLowerCase(), `${first} ${last} ${n}`];
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
