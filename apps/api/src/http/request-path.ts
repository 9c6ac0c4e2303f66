import type { IncomingMessage } from "node:http";

/** The path of a request as the client sent it, without the query, which may hold secrets. */
export function requestPath(req: IncomingMessage & { originalUrl?: string }): string {
  const [path = "/"] = (req.originalUrl ?? req.url ?? "/").split("?", 1);
  return path;
}
