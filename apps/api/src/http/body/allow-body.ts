import type { IncomingMessage, ServerResponse } from "node:http";

/** Tells a client that waits with `Expect: 100-continue` to send its body. To be called when the body is about to be read. */
export function allowBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect !== undefined && !res.headersSent) res.writeContinue();
}
