import { maxDepth } from "./is-too-deep.ts";

/**
 * Whether one walk over a text, if it is JSON at all, is enough to know that none of `findJsonProblems` is in it, and no key
 * that starts with `_` either. May say no to a text that is fine: only a walk through its value can tell.
 */
export function isPlainJson(text: string): boolean {
  // An escape may stand for NUL, for half a character, or for any letter of a key.
  if (text.includes("\\u")) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === quote) {
      at = endOfString(text, at);
      if (at < 0) return false;
    } else if (isDigit(character)) {
      at = endOfNumber(text, at);
      if (at < 0) return false;
    } else if (character === openBrace || character === openBracket) {
      depth += 1;
      if (depth > maxDepth) return false;
    } else if (character === closeBrace || character === closeBracket) {
      depth -= 1;
    }
  }
  return true;
}

/** Where the string ends that starts here; -1 if it is not plain. */
function endOfString(text: string, start: number): number {
  if (text.charCodeAt(start + 1) === underscore || text.startsWith(constructorKey, start)) return -1;
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}

/** Where the number ends whose first digit this is; -1 if it may have more digits, or be larger, than a double keeps. */
function endOfNumber(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charCodeAt(at))) at += 1;
  if (at - start > safeDigits) return -1;
  if (text.charCodeAt(at) === point) {
    at += 1;
    while (isDigit(text.charCodeAt(at))) at += 1;
  }
  return (text.charCodeAt(at) | lowerCase) === letterE && largeExponent.test(text.slice(at, at + 5)) ? -1 : at - 1;
}

function isDigit(character: number): boolean {
  return character >= digit0 && character <= digit9;
}

/** 2^53 has sixteen. */
const safeDigits = 15;
const largeExponent = /^.\+?\d{3}/;
const constructorKey = '"constructor"';

const quote = 0x22;
const point = 0x2e;
const digit0 = 0x30;
const digit9 = 0x39;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const underscore = 0x5f;
const letterE = 0x65;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lowerCase = 0x20;
