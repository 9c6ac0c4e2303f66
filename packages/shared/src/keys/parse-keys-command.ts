import { parseArgs } from "node:util";
import { keyScopes } from "./scopes.ts";
import { newKeySchema, type NewKey } from "./new-key.ts";
import { parseKey } from "./parse-key.ts";
import { parseLifetime } from "./parse-lifetime.ts";

export type KeysCommand =
  | { name: "create"; newKey: NewKey }
  | { name: "list"; asJson: boolean }
  | { name: "revoke"; id: string };

const usage = `Which of these?

  npm run keys -- create --tenant TENANT --name NAME --scopes read,submit [--expires 90d]
  npm run keys -- list [--json]
  npm run keys -- revoke ID

A key allows what its scopes say, of ${keyScopes.join(", ")}; admin contains the other two.`;

/** What the arguments of `npm run keys` ask for. Throws with a message for whoever typed them. */
export function parseKeysCommand([name, ...args]: readonly string[], now = Date.now()): KeysCommand {
  if (name === "create") return { name, newKey: parseNewKey(args, now) };
  if (name === "list")
    return { name, asJson: parseArgs({ args, options: { json: { type: "boolean" } } }).values.json ?? false };
  if (name === "revoke") return { name, id: parseId(args) };
  throw new Error(name ? `There is no "${name}". ${usage}` : usage);
}

const option = { type: "string" } as const;

function parseNewKey(args: string[], now: number): NewKey {
  const { values } = parseArgs({ args, options: { tenant: option, name: option, scopes: option, expires: option } });
  const { tenant, name, scopes = "", expires } = values;
  const parsed = newKeySchema.safeParse({
    tenant,
    name,
    scopes: scopes.split(/[\s,]+/).filter(Boolean),
    expiresAt: expires === undefined ? null : parseExpiry(expires, now),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `--${String(path[0])} ${message}`);
  throw new Error(problems.join("\n"));
}

function parseExpiry(text: string, now: number): Date {
  const lifetimeMs = parseLifetime(text);
  if (lifetimeMs === undefined) throw new Error(`--expires must be a time such as 90d, 12h or 30m, not "${text}"`);
  return new Date(now + lifetimeMs);
}

function parseId(args: string[]): string {
  const [id] = parseArgs({ args, allowPositionals: true }).positionals;
  if (!id) throw new Error("Which key? `npm run keys -- list` has the ids.");
  return parseKey(id)?.id ?? id;
}
