import type { Agent } from "undici";
import { untilAborted } from "./until-aborted.ts";
import { FetchError } from "./fetch-error.ts";
import { parseCallableUrl } from "./parse-callable-url.ts";
import { acceptedEncodings, readBody, type ReadBody } from "./read-body.ts";
import { followRedirect, type OutgoingRequest } from "./follow-redirect.ts";
import { toFetchError } from "./to-fetch-error.ts";

const mebibyte = 1024 * 1024;
const maxRedirects = 5;
/** How much of a redirect's body is read so that its connection can be used again. */
const maxIgnoredBytes = 16_384;

export type FetchOptions = {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
  /** For all of it, from the look-up of the name to the last byte of the last answer. 10 s unless given. */
  timeoutMs?: number;
  /** How large the answer may be, inflated. 1 MiB unless given. */
  maxBytes?: number;
  /** `manual` hands a redirect back as the answer. */
  redirect?: "follow" | "manual";
  /** `count` leaves `body` empty, for those who only want to know how large it is; `ignore` does not even read it. */
  answerBody?: "keep" | "count" | "ignore";
};

export type FetchAnswer = ReadBody & {
  status: number;
  /** Named in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  url: string;
};

/**
 * Calls a URL that somebody else chose. Every address that is connected to is checked, on each of up to 5 redirects too, and
 * nothing about the answer is unlimited. Any status is an answer. Rejects with `RefusedUrlError` where to try again cannot
 * help, with `FetchError` where it may, and with the signal's reason.
 */
export type GuardedFetch = (url: string, options?: FetchOptions) => Promise<FetchAnswer>;

export function createGuardedFetch(agent: Agent): GuardedFetch {
  return async function guardedFetch(url, options = {}) {
    const { signal, timeoutMs = 10_000 } = options;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const over = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
    try {
      // The agent itself listens to no signal before it is connected.
      return await untilAborted(over, () => call(agent, url, options, over));
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.signal.aborted) throw new FetchError("timeout", `There was no whole answer within ${timeoutMs} ms`);
      throw toFetchError(error);
    } finally {
      clearTimeout(timer);
      // Ends what is still under way, such as the body of a redirect that was refused: nobody waits for it any more.
      timeout.abort();
    }
  };
}

async function call(agent: Agent, url: string, options: FetchOptions, signal: AbortSignal): Promise<FetchAnswer> {
  let request = firstRequest(url, options);
  for (let redirects = 0; ; redirects += 1) {
    const { status, headers, body } = await send(agent, request, signal);
    const next = options.redirect === "manual" ? undefined : followRedirect(request, status, headers["location"]);
    if (!next) {
      const { maxBytes = mebibyte, answerBody = "keep" } = options;
      const read = await readBody(body, { encoding: headers["content-encoding"], maxBytes, wanted: answerBody });
      return { status, headers, url: request.url.href, ...read };
    }
    body.dump({ limit: maxIgnoredBytes, signal }).catch(() => {});
    if (redirects === maxRedirects)
      throw new FetchError("too_many_redirects", `There were more than ${maxRedirects} redirects`);
    request = next;
  }
}

function firstRequest(url: string, { method = "GET", headers = {}, body }: FetchOptions): OutgoingRequest {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const usual = { accept: "*/*", "accept-encoding": acceptedEncodings, "user-agent": "Longshore" };
  return { url: parseCallableUrl(url), method, headers: { ...usual, ...Object.fromEntries(given) }, body };
}

async function send(agent: Agent, { url, method, headers, body }: OutgoingRequest, signal: AbortSignal) {
  const answer = await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    body: body ?? null,
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { status: answer.statusCode, headers: flatten(answer.headers), body: answer.body };
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value = ""]) => [name, [value].flat().join(", ")]));
}
