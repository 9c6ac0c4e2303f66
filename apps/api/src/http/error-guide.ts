import type { ErrorCode } from "@longshore/shared/errors";

type Advice = {
  /** When a client meets the code. */
  when: string;
  /** What to do about it. */
  remedy: string;
};

/**
 * What a client may want to know about each code. Served at `/errors/{code}`, which is the `type` of every problem, and
 * written out in `docs/errors.md`; a test keeps that page in step.
 */
export const errorGuide: Readonly<Record<ErrorCode, Advice>> = {
  already_exists: {
    when: "A value that must be unique, which `errors` points to, belongs to something else already. Nothing was changed.",
    remedy: "Choose another value, or change what has it.",
  },
  body_too_large: {
    when: "The body, inflated if it came compressed, is larger than this route takes. Nothing of it was kept.",
    remedy: "Send it in parts. The limit is in the detail and, for JSON bodies, in `/openapi.json`.",
  },
  columns_mismatch: {
    when: "The header of a CSV import lacks a column that the dataset needs, names one that it does not have or that could not be kept, or names one twice.",
    remedy: "Compare the header with the columns at `/v1/datasets`. Columns that start with `_` are ignored.",
  },
  empty_import: {
    when: "An import was sent without a single row.",
    remedy: "Send at least one row. A CSV header alone is not a row.",
  },
  forbidden: {
    when: "The API key is valid, but has not the scope that this route needs, which the detail names. Or no key is needed, and a page of another site had a browser ask.",
    remedy: "Use a key with that scope. `npm run keys -- create` makes one.",
  },
  headers_too_large: {
    when: "The request's line and headers together are larger than 16 KiB, or there are more than 100 headers.",
    remedy: "Send fewer or shorter headers, or what they carry in the body.",
  },
  idempotency_in_flight: {
    when: "The first request with this `Idempotency-Key` is still under way, so there is no answer to repeat yet.",
    remedy: "Try again a little later, with the same key and the same body.",
  },
  idempotency_mismatch: {
    when: "This `Idempotency-Key` came before, on a request with another body.",
    remedy: "Use a new key for a new request. To repeat the old one, send exactly what was sent.",
  },
  illegal_state: {
    when: "The job's state does not allow the move: a finished job cannot be cancelled, a running one cannot be retried.",
    remedy: "Read the job and decide again; its state may have changed meanwhile.",
  },
  internal: {
    when: "Longshore has a bug, or met a failure that it does not know.",
    remedy:
      "Report it with the `requestId`: the logs have the cause under the same id. A request that was not answered with 202 left nothing behind.",
  },
  invalid_config: {
    when: "A process was started with settings it cannot work with. It says so and does not start, so no request meets this code.",
    remedy: "Correct the variables that the message names.",
  },
  invalid_encoding: {
    when: "The body could not be inflated: it is damaged, cut short, or not compressed the way `Content-Encoding` says.",
    remedy: "Check that the header fits the bytes, and send it again.",
  },
  invalid_idempotency_key: {
    when: "`Idempotency-Key` is empty, longer than 255 characters, or has others than printable ASCII without spaces.",
    remedy: "Use a UUID.",
  },
  invalid_utf8: {
    when: "The body has bytes that are not UTF-8.",
    remedy: "Convert it first, for example with `iconv -f latin1 -t utf-8`.",
  },
  malformed_body: {
    when: "The body is empty, is not what its content type says, is nested deeper than 32 levels, or has a key such as `__proto__`.",
    remedy: "The detail says what is wrong and where.",
  },
  malformed_request: {
    when: "The request itself is not well formed: it is no HTTP, says two things of its length or its host, has a body where none is taken, or its path or query is not valid percent-encoded UTF-8.",
    remedy:
      "The detail says what is wrong. Encode each segment of a path and each value of a query, as `encodeURIComponent` does.",
  },
  method_not_allowed: {
    when: "The path exists, but not with this method.",
    remedy: "Use one of the methods in `Allow`.",
  },
  not_found: {
    when: "Nothing is at this path: the path is misspelled, the id is not one, or there is no such thing for this caller.",
    remedy: "Check the path and the id. An accepted job is never forgotten before its retention ends.",
  },
  overloaded: {
    when: "The service holds as much unfinished work, or as many open streams or connections, as it may. Nothing of this request was kept.",
    remedy:
      "Try again after `Retry-After` seconds. More workers make work finish sooner; more API processes keep more streams.",
  },
  quota_exceeded: {
    when: "You have as much unfinished work in this service as you may. Nothing of this request was kept.",
    remedy: "Try again after `Retry-After` seconds, when some of it is done.",
  },
  rate_limited: {
    when: "More requests came under this key, or from this address, than the rate limit allows, or too many keys from this address were not valid. Nothing of this one was done.",
    remedy:
      "Try again after `Retry-After` seconds. `RateLimit` in each answer tells how much is left, `RateLimit-Policy` what the limit is.",
  },
  record_too_large: {
    when: "One row, or one line without an end, is larger than a record may be.",
    remedy: "Check the quoting and the line ends near the row that the detail names.",
  },
  request_timeout: {
    when: "The client sent too slowly: its headers took longer than 10 seconds, a JSON body longer than 60, or of an upload less than 30 KiB came in 30 seconds.",
    remedy: "Send it again, with an `Idempotency-Key` where the route takes one.",
  },
  unauthenticated: {
    when: "The request has no API key, or one that is not known, has expired or was revoked.",
    remedy: "Send `Authorization: Bearer lsk_…`. `npm run keys -- create` makes a key.",
  },
  unavailable: {
    when: "Something that Longshore needs, most often its database, does not answer or has no room.",
    remedy: "Try again after `Retry-After` seconds. `/health` tells what is down.",
  },
  unknown_dataset: {
    when: "The path names a dataset that is not registered.",
    remedy: "Use one of those at `/v1/datasets`.",
  },
  unknown_host: {
    when: "The `Host` that the request names is not one of those under which this service answers.",
    remedy: "Use a name that is listed in `ALLOWED_HOSTS`, or add this one there.",
  },
  unknown_kind: {
    when: "The body names a kind of job that is not registered.",
    remedy: "Use one of those at `/v1/kinds`.",
  },
  unsupported_encoding: {
    when: "`Content-Encoding` names a compression that is not known here, or several at once.",
    remedy: "Use one of those in the answer's `Accept-Encoding`: none, `gzip`, `br` or `zstd`.",
  },
  unsupported_media_type: {
    when: "`Content-Type` is missing, is not one that this route takes, or names a charset other than UTF-8.",
    remedy: "Use one of those that the detail and the answer's `Accept-Post` name.",
  },
  upload_incomplete: {
    when: "The connection closed before the body was complete. Nothing of it was kept.",
    remedy: "Send it again.",
  },
  validation_failed: {
    when: "Values are missing, wrong or not known here, or could not be kept as they were sent (NUL, a lone surrogate, an integer beyond 2^53).",
    remedy:
      "`errors` lists each with a pointer: into the body, or `/query/…` and `/header/…` for parameters. At most 100 are listed.",
  },
};
