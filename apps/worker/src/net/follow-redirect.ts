import { parseCallableUrl } from "./parse-callable-url.ts";

/** A request as it goes out; its headers are named in lower case. */
export type OutgoingRequest = {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array | undefined;
};

const redirects = new Set([301, 302, 303, 307, 308]);

/** What may be told to an origin that the caller did not name: not who is asking. */
const anonymous = new Set(["accept", "accept-encoding", "accept-language", "content-type", "user-agent"]);

/**
 * The request that follows from an answer; undefined if the answer is no redirect. Throws `RefusedUrlError` when it
 * leads to what may not be called. (https://fetch.spec.whatwg.org/#http-redirect-fetch)
 */
export function followRedirect(
  request: OutgoingRequest,
  status: number,
  location: string | undefined,
): OutgoingRequest | undefined {
  if (!redirects.has(status) || location === undefined) return undefined;
  const url = parseCallableUrl(location, request.url);
  const isSameOrigin = url.origin === request.url.origin;
  const headers = keep(request.headers, (name) => isSameOrigin || anonymous.has(name));
  if (!becomesGet(request.method, status)) return { ...request, url, headers };
  return { url, method: "GET", headers: keep(headers, (name) => !name.startsWith("content-")) };
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== "HEAD";
  return method === "POST" && status <= 302;
}

function keep(headers: Readonly<Record<string, string>>, isKept: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isKept(name)));
}
