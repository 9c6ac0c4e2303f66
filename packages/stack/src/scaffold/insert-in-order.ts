/**
 * Puts a line among its like, in their order. `like` matches such lines and captures what they are sorted by.
 * Throws when there are none: then the file has changed its shape.
 */
export function insertInOrder(text: string, line: string, like: RegExp): string {
  const lines = text.split("\n");
  const nameOf = (each: string) => like.exec(each)?.[1];
  const name = nameOf(line);
  const places = lines.flatMap((each, at) => (nameOf(each) === undefined ? [] : [at]));
  if (name === undefined || places.length === 0) throw new Error(`There is no place for this line: ${line.trim()}`);

  const next = places.find((at) => nameOf(lines[at]!)! > name);
  return lines.toSpliced(next ?? places.at(-1)! + 1, 0, line).join("\n");
}
