import { describe, expect, test } from "vitest";
import { parseKeysCommand } from "./parse-keys-command.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const parse = (text: string) => parseKeysCommand(text.split(" ").filter(Boolean), now);

describe("what is asked for", () => {
  test("is a key for a tenant, with scopes, for a time or for ever", () => {
    const newKey = { tenant: "acme", name: "importer", scopes: ["submit", "read"], expiresAt: null };
    const create = "create --tenant acme --name importer --scopes submit,read";
    expect(parse(create)).toEqual({ name: "create", newKey });
    expect(parse(`${create},submit --expires 90d`)).toEqual({
      name: "create",
      newKey: { ...newKey, expiresAt: new Date("2027-02-19T12:00:00Z") },
    });
  });

  test("is a list, or that a key is revoked, by its id or as a whole", () => {
    expect(parse("list")).toEqual({ name: "list", asJson: false });
    expect(parse("list --json")).toEqual({ name: "list", asJson: true });
    expect(parse("revoke 0123456789ab")).toEqual({ name: "revoke", id: "0123456789ab" });
    expect(parse(`revoke lsk_0123456789ab_${"x".repeat(43)}`)).toEqual({ name: "revoke", id: "0123456789ab" });
  });
});

test.each([
  ["", "npm run keys -- create --tenant"],
  ["make", 'There is no "make"'],
  ["create", "--tenant is missing"],
  ["create --tenant acme --scopes read", "--name is missing"],
  ["create --tenant acme --name x", "--scopes is missing: read, submit, admin"],
  ["create --tenant acme --name x --scopes read,write", '--scopes "write" is none of read, submit, admin'],
  ["create --tenant a/b --name x --scopes read", "--tenant must be up to 63"],
  [
    "create --tenant acme --name x --scopes read --expires soon",
    '--expires must be a time such as 90d, 12h or 30m, not "soon"',
  ],
  ["create --tenant acme --name x --scopes read --expires 0d", "--expires must be"],
  ["create --tennant acme", "Unknown option '--tennant'"],
  ["revoke", "Which key?"],
  ["list acme", "Unexpected argument 'acme'"],
])("%j is refused: %s", (text, message) => expect(() => parse(text)).toThrow(message));
