import {
  backslash,
  closeBrace,
  closeBracket,
  isDigit,
  letterE,
  letterU,
  openBrace,
  openBracket,
  plus,
  point,
  quote,
  underscore,
} from "../records/bytes.ts";
import type { JsonText } from "../records/json-text.ts";
import { maxDepth } from "./is-too-deep.ts";

/**
 * Whether one walk over a text, if it is JSON at all, is enough to know that none of `findJsonProblems` is in it, and no key
 * that starts with `_` either. May say no to a text that is fine: only a walk through its value can tell.
 */
export function isPlainJson({ bytes, start, end }: JsonText): boolean {
  let depth = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    if (byte === quote) {
      at = endOfString(bytes, at, end);
      if (at < 0) return false;
    } else if (isDigit(byte)) {
      at = endOfNumber(bytes, at);
      if (at < 0) return false;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      if (depth > maxDepth) return false;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
    }
  }
  return true;
}

/** Where the string ends that starts here; -1 if it is not plain. */
function endOfString(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start + 1];
  if (first === underscore || (first === constructorKey[1] && isConstructor(bytes, start))) return -1;
  for (let at = start + 1; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at;
    if (byte !== backslash) continue;
    at += 1;
    // This escape may stand for NUL, for half a character, or for any letter of a key.
    if (bytes[at] === letterU) return -1;
  }
  return -1;
}

function isConstructor(bytes: Buffer, start: number): boolean {
  return bytes.subarray(start, start + constructorKey.length).equals(constructorKey);
}

/** Where the number ends whose first digit this is; -1 if it may have more digits, or be larger, than a double keeps. */
function endOfNumber(bytes: Buffer, start: number): number {
  let at = endOfDigits(bytes, start);
  if (at - start > safeDigits) return -1;
  if (bytes[at] === point) at = endOfDigits(bytes, at + 1);
  return (bytes[at]! | lowerCase) === letterE && hasLargeExponent(bytes, at + 1) ? -1 : at - 1;
}

function hasLargeExponent(bytes: Buffer, start: number): boolean {
  const from = bytes[start] === plus ? start + 1 : start;
  return endOfDigits(bytes, from) - from >= largeExponentDigits;
}

function endOfDigits(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(bytes[at])) at += 1;
  return at;
}

/** 2^53 has sixteen. */
const safeDigits = 15;
const largeExponentDigits = 3;
const constructorKey = Buffer.from('"constructor"');
const lowerCase = 0x20;
