import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { AppError } from "@longshore/shared/errors";
import { answerRaw } from "./answer-raw.ts";

/** So many may be on their way out with a refusal; those beyond them are closed without a word. */
const refusedAtOnce = 1_000;

/** Answers each connection beyond `maxConnections` with `overloaded`, instead of its requests. Returns those that are open. */
export function capConnections(server: Server, maxConnections: number): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const serve = server.listeners("connection");
  server.maxConnections = maxConnections + refusedAtOnce;
  server.removeAllListeners("connection").on("connection", (socket: Socket) => {
    if (sockets.size >= maxConnections) {
      const error = new AppError("overloaded", { message: "Too many connections are open", retryAfterSeconds: 1 });
      return answerRaw(socket, error, { requestId: randomUUID() });
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    for (const listener of serve) listener.call(server, socket);
  });
  return sockets;
}
