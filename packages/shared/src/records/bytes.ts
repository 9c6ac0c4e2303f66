/** The bytes that the scanners know by name. */
const tab = 0x09;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
const space = 0x20;
export const quote = 0x22;
export const plus = 0x2b;
export const comma = 0x2c;
export const point = 0x2e;
const digit0 = 0x30;
const digit9 = 0x39;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const underscore = 0x5f;
export const letterE = 0x65;
export const letterU = 0x75;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

/** JSON's white space (RFC 8259 section 2). */
export function isBlank(byte: number): boolean {
  return byte === space || byte === lineFeed || byte === carriageReturn || byte === tab;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= digit0 && byte <= digit9;
}
