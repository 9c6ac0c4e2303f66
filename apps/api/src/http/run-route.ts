import type { Request, RequestHandler, Response } from "express";
import { z } from "zod";
import type { Logger } from "@longshore/shared/logger";
import { receiveBody } from "./body/receive-body.ts";
import { takeNoBody } from "./body/take-no-body.ts";
import type { Caller } from "./caller.ts";
import type { Guard } from "./guard.ts";
import type { HandlerContext, Route } from "./route.ts";
import { sendReply } from "./send-reply.ts";
import { validateParameters } from "./validation/validate-parameters.ts";

/** Turns a declared route into an Express handler: ask the guards, check the request, run the route's handler, write its reply. */
export function runRoute(route: Route, guards: readonly Guard[]): RequestHandler {
  const { params, headers, body } = route.request ?? {};
  const query = close(route.request?.query ?? z.object());

  return async (req, res) => {
    req.matched = route;
    for (const guard of guards) {
      const asked = guard(req, res, route);
      if (asked) await asked;
    }
    const context = new Context(req, res);
    context.params = params && validateParameters(params, req.params, "path");
    context.query = validateParameters(query, req.query, "query");
    context.headers = headers && validateParameters(headers, req.headers, "header");
    const received = body ? receiveBody(req, res, body) : takeNoBody(req, res);
    context.body = received && (await received);
    const reply = await route.handler(context);
    if ("status" in reply) await sendReply(req, res, reply);
  };
}

class Context implements HandlerContext<unknown, unknown, unknown, unknown> {
  params: unknown;
  query: unknown;
  headers: unknown;
  body: unknown;
  readonly req: Request;
  readonly res: Response;
  readonly requestId: string;
  readonly traceparent: string;

  constructor(req: Request, res: Response) {
    this.req = req;
    this.res = res;
    this.requestId = req.id;
    this.traceparent = req.span.traceparent;
  }

  get caller(): Caller {
    return this.req.caller;
  }

  // These are made when they are asked for, which most handlers do not do.
  get log(): Logger {
    return this.req.log;
  }

  get signal(): AbortSignal {
    return abortWhenGone(this.res);
  }
}

/** An unknown query parameter is refused by name, unless the schema says what becomes of unknown ones. */
function close(query: z.ZodObject): z.ZodObject {
  return query.def.catchall ? query : query.strict();
}

function abortWhenGone(res: Response): AbortSignal {
  const controller = new AbortController();
  if (res.closed && !res.writableEnded) controller.abort();
  res.once("close", () => {
    if (!res.writableEnded) controller.abort();
  });
  return controller.signal;
}
