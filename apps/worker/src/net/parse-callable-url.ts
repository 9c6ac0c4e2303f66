import { findUrlProblem } from "@longshore/shared/net/find-url-problem";
import { RefusedUrlError } from "./refused-url-error.ts";

/** A URL that may be called as far as its text can tell; `base` is the one that redirected to it. */
export function parseCallableUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  const problem = findUrlProblem(url);
  if (!url || problem) throw new RefusedUrlError("invalid_url", `${base ? "A redirect" : "The URL"} ${problem}`);
  return url;
}
