/** An RFC 6901 pointer: `["options", "a/b", 3]` is `/options/a~1b/3`. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
