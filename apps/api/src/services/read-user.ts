import type { RowKey } from "@longshore/shared/cache/cache-keys";
import type { CacheUse, ReadRow } from "@longshore/shared/cache/create-read-cache";
import { noSuchUser } from "./no-such-user.ts";
import { splitShown, type ShownUser } from "./show-user.ts";

/** Reads a user through the cache. Throws `not_found`. */
export function createReadUser(readRow: ReadRow) {
  return async function readUser(key: RowKey): Promise<ShownUser & { use: CacheUse }> {
    const { text, use } = await readRow(key);
    if (text === undefined) throw noSuchUser(key.id);
    return { ...splitShown(text), use };
  };
}
