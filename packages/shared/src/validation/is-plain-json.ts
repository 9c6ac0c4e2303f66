import { maxDepth } from "./is-too-deep.ts";

/** Without one of these no JSON says what `findJsonProblems` looks for, nor has it a key that starts with `_`. */
const suspects = /\\u|"_|"constructor"|\d{16}|\d[eE]\+?\d{3}/;

/**
 * Whether one look at a JSON text is enough to know that none of `findJsonProblems` is in it, and no note either. May say
 * no to a text that is fine: only a walk through its value can tell.
 */
export function isPlainJson(text: string): boolean {
  return !suspects.test(text) && countOpenings(text) <= maxDepth;
}

function countOpenings(text: string): number {
  let openings = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === openBracket || character === openBrace) openings += 1;
  }
  return openings;
}

const openBracket = 0x5b;
const openBrace = 0x7b;
