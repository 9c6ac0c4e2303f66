import type { Method } from "../route.ts";

const retryAfter = { "Retry-After": "Seconds after which to try again." };
const challenge = { "WWW-Authenticate": "`Bearer`, and what the key that was shown is or lacks." };
const encodings = { "Accept-Encoding": "The encodings that are taken." };
const types: Partial<Record<Method, string>> = { post: "Accept-Post", patch: "Accept-Patch" };

/** What errors of a status have beside their problem, with descriptions. */
export function errorHeaders(status: number, method: Method): Readonly<Record<string, string>> {
  const accepted = types[method];
  if (status === 401 || status === 403) return challenge;
  if (status === 415) return accepted ? { ...encodings, [accepted]: "The content types that are taken." } : encodings;
  return status === 429 || status === 503 ? retryAfter : {};
}
