import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AppError } from "@longshore/shared/errors";
import type { Logger } from "@longshore/shared/logger";
import { createProblem } from "../problem.ts";
import { answerRaw } from "./answer-raw.ts";

type ParseError = NodeJS.ErrnoException & { reason?: string };

/**
 * Answers what Node cannot read as a request, or did not get whole in time, with the same problems as all else, and logs it.
 * `isAnswered` tells whether an answer is on its way on a connection already, into which nothing else must be written.
 */
export function refuseBroken(server: Server, log: Logger, isAnswered: (socket: Socket) => boolean): void {
  server.on("clientError", (error: ParseError, socket: Socket) => {
    if (socket.writableEnded) return;
    // A client that left, or that connected and said nothing, asked for no answer.
    const isSilent = error.code === "ECONNRESET" || socket.bytesRead === 0;
    if (isSilent || !socket.writable || isAnswered(socket)) socket.destroy(error);
    else refuse(socket, toAppError(error));
  });

  server.on("connect", (_req, socket: Duplex) => {
    const message = "CONNECT is not allowed here: this service is no proxy";
    refuse(socket, new AppError("method_not_allowed", { message }), { Allow: "" });
  });

  function refuse(socket: Duplex, error: AppError, headers?: Record<string, string>): void {
    const requestId = randomUUID();
    const { status, code } = createProblem(error, "/", requestId);
    log.info({ requestId, status, code, detail: error.message }, "request refused");
    answerRaw(socket, error, { requestId, ...(headers && { headers }) });
  }
}

function toAppError({ code, reason, message }: ParseError): AppError {
  if (code === "HPE_HEADER_OVERFLOW") return new AppError("headers_too_large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new AppError("request_timeout", { message: "The request's headers took too long to arrive" });
  return new AppError("malformed_request", { message: `This is not HTTP: ${reason ?? message}` });
}
