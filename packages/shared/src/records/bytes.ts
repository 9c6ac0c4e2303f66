/** The bytes that the scanners know by name. */
const tab = 0x09;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
const space = 0x20;
export const quote = 0x22;
export const comma = 0x2c;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

/** JSON's white space (RFC 8259 section 2). */
export function isBlank(byte: number): boolean {
  return byte === space || byte === lineFeed || byte === carriageReturn || byte === tab;
}
