import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hashSecret } from "./hash-secret.ts";
import { matchesHash } from "./matches-hash.ts";
import { parseKey } from "./parse-key.ts";

const secret = randomBytes(32).toString("base64url");

describe("a key", () => {
  test.each([secret, randomBytes(32).toString("hex"), "a_-".repeat(20)])("has an id and a secret: %s", (text) => {
    expect(parseKey(`lsk_0123456789ab_${text}`)).toEqual({ id: "0123456789ab", secret: text });
  });

  test.each([
    "",
    "lsk_",
    secret,
    `lsk_${secret}`,
    `lsk_0123456789ab_${secret.slice(1)}`,
    `lsk_0123456789AB_${secret}`,
    `LSK_0123456789ab_${secret}`,
    `lsk_0123456789ab_${secret}\n`,
    ` lsk_0123456789ab_${secret}`,
    `lsk_0123456789ab_${"x".repeat(129)}`,
    `lsk_01234567é9ab_${secret}`,
  ])("is not %j", (text) => expect(parseKey(text)).toBeUndefined());

  test("is known by the hash of its secret, and by no other", () => {
    const stored = hashSecret(secret);
    expect(stored).toHaveLength(32);
    expect([matchesHash(secret, stored), matchesHash(`${secret}x`, stored), matchesHash(secret, undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
