/**
 * What keeps us from calling a URL, whatever its host resolves to; undefined if nothing does. The ports below 1024 belong to
 * mail servers, terminals and the like, which could be made to misunderstand a request as one of their own.
 */
export function findUrlProblem(url: URL | null): string | undefined {
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return "must be an http or https URL";
  if (url.username || url.password) return "must not hold a user name or a password";
  if (Number(url.port) < 1024 && !["", "80", "443"].includes(url.port))
    return "must have port 80, 443 or one above 1023";
  return undefined;
}
