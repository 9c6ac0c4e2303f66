import { randomUUID } from "node:crypto";
import { many } from "./many.ts";

export type Submission = { kind: string; payload: object; options?: object };

/** What jobs have to do with: users that there are, and a URL that answers. */
export type World = { users: readonly number[]; url: string };

const records = many(20, (id) => ({ id, name: "  ada LOVELACE " }));
const transformed = { kind: "records.transform", payload: { records, operations: [{ op: "upper" }] } };
const nobody = 2 ** 40;

/** A job that does nothing for so long. */
export function sleep(options = {}, durationMs = 0): Submission {
  return { kind: "sleep", payload: { durationMs }, options };
}

/** A batch of a thousand, of all kinds: most succeed, fifty fail, some only after another attempt. */
export function mixJobs({ users, url }: World): Submission[] {
  const process = (userId: number) => ({ kind: "users.process", payload: { userId } });
  const soon = new Date(Date.now() + 200).toISOString();
  return [
    ...many(745, (n) => sleep({ tags: { team: `${n % 7}`, run: randomUUID() } })),
    ...many(80, (n) => process(users[n % users.length]!)),
    ...many(5, () => transformed),
    ...many(5, () => ({ kind: "urls.fetch", payload: { urls: [url, url] } })),
    ...many(5, () => sleep({ webhook: { url } })),
    ...many(40, (n) => sleep({ priority: 1 + (n % 3) })),
    ...many(40, (n) => sleep({ delayMs: 200 + 20 * n })),
    ...many(20, () => sleep({ dedupKey: randomUUID() })),
    ...many(10, () => sleep({ expiresAt: soon })),
    ...many(40, () => process(nobody)),
    ...many(10, () => sleep({ timeoutMs: 1, attempts: 2 }, 200)),
  ];
}
