/**
 * Whether a client that sent this `If-None-Match` has what `etag` names (RFC 9110, 13.1.2): any of the tags in its list,
 * compared weakly, or `*`.
 */
export function matchTag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  const opaque = etag.replace(/^W\//, "");
  return ifNoneMatch.match(/"[^"]*"/g)?.includes(opaque) ?? false;
}
