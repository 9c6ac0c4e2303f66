import type { Kysely } from "kysely";
import type { Database } from "../db/schema.ts";
import { createKey } from "./create-key.ts";
import { listKeys, type KeyView } from "./list-keys.ts";
import type { KeysCommand } from "./parse-keys-command.ts";
import { revokeKey } from "./revoke-key.ts";

/** What a command has to say: `result` for whoever captures it, `remark` for a person alone. */
export type Said = { result?: string; remark?: string };

/** Does what `npm run keys` was asked for. Throws if there is no such key. */
export async function runKeysCommand(db: Kysely<Database>, command: KeysCommand): Promise<Said> {
  switch (command.name) {
    case "create": {
      const { text } = await createKey(db, command.newKey);
      return { result: text, remark: "Keep it: this is the only time that it is shown." };
    }
    case "list": {
      const keys = await listKeys(db);
      if (command.asJson) return { result: JSON.stringify(keys, undefined, 2) };
      return keys.length > 0 ? { result: toTable(keys) } : { remark: "There are no keys yet." };
    }
    case "revoke": {
      if (!(await revokeKey(db, command.id))) throw new Error(`There is no key with the id ${command.id}.`);
      return { remark: `${command.id} is revoked: within five seconds, no API accepts it.` };
    }
  }
}

const header = ["ID", "TENANT", "NAME", "SCOPES", "STATE", "CREATED", "LAST USED", "EXPIRES"];

function toTable(keys: readonly KeyView[]): string {
  const lines = [
    header,
    ...keys.map(({ id, tenant, name, scopes, state, createdAt, lastUsedAt, expiresAt }) => [
      id,
      tenant,
      name,
      scopes.join(","),
      state,
      ...[createdAt, lastUsedAt, expiresAt].map((at) => at?.toISOString().slice(0, 16) ?? "never"),
    ]),
  ];
  const widths = header.map((_title, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
