import type { Request, Response } from "express";
import type { ErrorCode } from "@longshore/shared/errors";
import type { Step } from "./prepare-requests.ts";
import { isHandedOver } from "./streams/serve-streams.ts";

/** A request that is over, or has become a stream. */
export type EndedRequest = {
  req: Request;
  status: number;
  durationMs: number;
  /** False where the client left, or was cut off, before it had all of its answer. */
  isWhole: boolean;
};

/** Looks on. Its functions do not throw, and cost every request what they cost. */
export type RequestObserver = {
  begin?: () => void;
  end?: (ended: EndedRequest) => void;
  /** A request was answered with a problem. */
  problem?: (code: ErrorCode) => void;
};

/** nginx's number for a client that left without an answer. */
const clientClosedRequest = 499;

/** Tells those who look on of each request, by one listener for all of them. */
export function observeRequests(observers: readonly RequestObserver[]): Step {
  const begins = observers.flatMap(({ begin }) => begin ?? []);
  const ends = observers.flatMap(({ end }) => end ?? []);
  function onClose(this: Response): void {
    const { req } = this;
    const status = this.headersSent || isHandedOver(this) ? this.statusCode : clientClosedRequest;
    const ended = { req, status, durationMs: performance.now() - req.startedAt, isWhole: isWhole(this) };
    for (const end of ends) end(ended);
  }
  return (_req, res) => {
    res.once("close", onClose);
    for (const begin of begins) begin();
  };
}

/** An answer with a length was written at once, even if its client left before it had stopped sending; a stream was cut. */
function isWhole(res: Response): boolean {
  return isHandedOver(res) || res.writableEnded || (res.headersSent && res.hasHeader("Content-Length"));
}
