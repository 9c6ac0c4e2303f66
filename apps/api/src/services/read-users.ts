import type { CacheUse, ReadRow } from "@longshore/shared/cache/create-read-cache";
import { splitShown } from "./show-user.ts";

export type AskedUsers = { tenant: string; ids: readonly number[] };

/** Users as JSON text in the order in which they were asked for, those that are not there, and how much the cache had. */
export type FoundUsers = { items: string[]; missing: number[]; use: CacheUse };

/** Reads users by their ids, all through the cache at once. One that is asked for twice is answered once. */
export function createReadUsers(readRow: ReadRow) {
  return async function readUsers({ tenant, ids }: AskedUsers): Promise<FoundUsers> {
    const asked = [...new Set(ids)];
    const found = await Promise.all(asked.map((id) => readRow({ tenant, id })));
    return {
      items: found.flatMap(({ text }) => (text === undefined ? [] : [splitShown(text).text])),
      missing: asked.filter((_, at) => found[at]?.text === undefined),
      use: worstOf(found.map(({ use }) => use)),
    };
  };
}

function worstOf(uses: readonly CacheUse[]): CacheUse {
  if (uses.includes("bypass")) return "bypass";
  return uses.includes("miss") ? "miss" : "hit";
}
