import { FetchError } from "./fetch-error.ts";
import { RefusedUrlError } from "./refused-url-error.ts";

const maxMessage = 300;

/** The names and codes of an answer that is none: wrong HTTP, headers or length, or broken compression. */
const invalidResponse = /^(HTTPParserError|\w+ (UND_ERR_(HEADERS_OVERFLOW|RES_)|Z_|ERR__|ZSTD_))/;

/** What went wrong on the way to an answer, in our words. */
export function toFetchError(error: unknown): Error {
  if (error instanceof RefusedUrlError || error instanceof FetchError) return error;
  const { name, code = "", message } = firstOf(error);
  const said = (message || code || "The connection failed").slice(0, maxMessage);
  return new FetchError(
    invalidResponse.test(`${name} ${code}`) ? "invalid_response" : "connection_failed",
    said,
    error,
  );
}

/** Where all addresses of a host were tried, each has an error of its own. */
function firstOf(error: unknown): NodeJS.ErrnoException {
  if (error instanceof AggregateError) return firstOf(error.errors[0]);
  return error instanceof Error ? error : new Error(String(error));
}
