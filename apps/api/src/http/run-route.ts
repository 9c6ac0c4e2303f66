import type { RequestHandler, Response } from "express";
import type { z } from "zod";
import { receiveBody } from "./body/receive-body.ts";
import type { Route } from "./route.ts";
import { sendReply } from "./send-reply.ts";
import { validateParameters } from "./validation/validate-parameters.ts";

/** Turns a declared route into an Express handler: check the request, run the route's handler, write its reply. */
export function runRoute(route: Route): RequestHandler {
  const { params, query, headers, body } = route.request ?? {};
  const closedQuery = query && close(query);

  return async (req, res) => {
    const signal = abortWhenGone(res);
    const context = {
      params: params && validateParameters(params, req.params, "path"),
      query: closedQuery && validateParameters(closedQuery, req.query, "query"),
      headers: headers && validateParameters(headers, req.headers, "header"),
      body: body && (await receiveBody(req, res, body)),
      req,
      res,
      log: req.log,
      requestId: req.id,
      signal,
    };
    const reply = await route.handler(context);
    if ("status" in reply) await sendReply(req, res, reply);
  };
}

/** An unknown query parameter is refused by name, unless the schema says what becomes of unknown ones. */
function close(query: z.ZodObject): z.ZodObject {
  return query.def.catchall ? query : query.strict();
}

function abortWhenGone(res: Response): AbortSignal {
  const controller = new AbortController();
  res.once("close", () => {
    if (!res.writableEnded) controller.abort();
  });
  return controller.signal;
}
