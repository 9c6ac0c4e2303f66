const token = /[ \t\n\r]*("[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{},:])/y;

/** What `JSON.parse` says of a text, always with the place: V8 leaves it out where it meets no value but expects one. */
export function describeSyntaxError(error: SyntaxError, text: string): string {
  if (!error.message.startsWith("Unexpected token")) return error.message;
  const position = findMissingValue(text);
  const before = text.slice(0, position).split("\n");
  return `${error.message} at position ${position} (line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** Every other mistake has a message with a place, so this walk needs no stack: it looks at pairs of tokens. */
function findMissingValue(text: string): number {
  let previous = ":";
  token.lastIndex = 0;
  while (true) {
    const start = token.lastIndex;
    const [match, current] = token.exec(text) ?? [];
    if (match === undefined || current === undefined) return start + text.slice(start).search(/[^ \t\n\r]|$/);
    if (isMissingBetween(previous, current)) return start + match.length - 1;
    previous = current;
  }
}

function isMissingBetween(previous: string, current: string): boolean {
  if (previous === "[" && current === "]") return false;
  return "[,:".includes(previous) && "],:}".includes(current);
}
