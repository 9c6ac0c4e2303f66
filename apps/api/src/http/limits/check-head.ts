import type { Request } from "express";
import { AppError } from "@longshore/shared/errors";

/** Node would take the first 2,000 headers and say nothing of the rest. */
const maxHeaders = 100;

/** Headers of which a second one would say something else than the first, which Node drops. */
const singular = new Set(["host", "authorization", "content-type", "content-length", "expect"]);

/**
 * Refuses a head that Node lets pass but that could be read in two ways, or that nobody would read: too many headers, no
 * `Host` or two, a query that is not UTF-8.
 */
export function checkHead(req: Request): void {
  if (req.rawHeaders.length > 2 * maxHeaders)
    throw new AppError("headers_too_large", { message: `The request has more than ${maxHeaders} headers` });
  const problem = findProblem(req);
  if (problem !== undefined) throw new AppError("malformed_request", { message: problem });
}

function findProblem(req: Request): string | undefined {
  const { headers, httpVersionMinor } = req;
  const twice = findRepeated(req.rawHeaders);
  if (twice !== undefined) return `The header ${twice} is there twice`;
  if (headers.host === undefined && httpVersionMinor > 0) return "The request names no Host";
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== "100-continue")
    return `The expectation ${JSON.stringify(headers.expect)} is not known here`;
  if (!isDecodable(req.url)) return "The query is not valid UTF-8 in percent-encoding";
  return undefined;
}

/** `raw` has names and values in turn. */
function findRepeated(raw: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    if (!singular.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** What is wrong with the path is found when the path is matched. */
function isDecodable(url: string): boolean {
  const start = url.indexOf("?");
  if (start < 0 || !url.includes("%", start)) return true;
  try {
    decodeURIComponent(url.slice(start));
    return true;
  } catch {
    return false;
  }
}
