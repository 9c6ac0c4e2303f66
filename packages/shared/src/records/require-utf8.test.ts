import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requireUtf8 } from "./require-utf8.ts";

async function* bytewise(bytes: Buffer): AsyncGenerator<Buffer> {
  for (const byte of bytes) yield Buffer.from([byte]);
}

async function pass(bytes: Buffer): Promise<string> {
  return Buffer.concat(await Array.fromAsync(requireUtf8(bytewise(bytes)))).toString();
}

describe("requireUtf8", () => {
  it("passes any text on, also cut inside its characters", async () => {
    const texts = fc.string({ unit: "binary" }).filter((text) => !text.startsWith("\ufeff"));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await pass(Buffer.from(text))).toBe(text.toWellFormed());
      }),
    );
  });

  it.each([
    ["a lone continuation byte", [0x61, 0x80]],
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a character that the end cuts off", [0x61, 0xe2, 0x82]],
    ["a byte that UTF-8 never has", [0xff]],
  ])("refuses %s", async (_what, bytes) => {
    await expect(pass(Buffer.from(bytes))).rejects.toMatchObject({ code: "invalid_utf8" });
  });

  it("drops a byte order mark at the start and nowhere else", async () => {
    expect(await pass(Buffer.from("\ufeffa\ufeffb"))).toBe("a\ufeffb");
  });
});
