import { createKey } from "@longshore/shared/keys/create-key";
import { useDatabase } from "../use-database.ts";

const lifetimeMs = 60 * 60_000;

/** Asks the API of a stack. */
export type Client = AsyncDisposable & { fetch(path: string, init: RequestInit): Promise<Response> };

/** A client of one's own stack: where that wants a key, it makes one, and deletes it at its disposal. */
export function createClient(stack: { apiUrl: string; databaseUrl: string }): Client {
  let key: { id: string; text: string } | undefined;

  const ask = (path: string, init: RequestInit) =>
    fetch(stack.apiUrl + path, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), ...(key && { authorization: `Bearer ${key.text}` }) },
    });

  return {
    async fetch(path, init) {
      const response = await ask(path, init);
      if (response.status !== 401 || key) return response;
      await response.body?.cancel();
      const expiresAt = new Date(Date.now() + lifetimeMs);
      const newKey = { tenant: "default", name: "npm start", scopes: ["admin" as const], expiresAt };
      key = await useDatabase(stack.databaseUrl, (db) => createKey(db, newKey));
      return ask(path, init);
    },
    async [Symbol.asyncDispose]() {
      const { id } = key ?? {};
      if (id) await useDatabase(stack.databaseUrl, (db) => db.deleteFrom("api_keys").where("id", "=", id).execute());
    },
  };
}
