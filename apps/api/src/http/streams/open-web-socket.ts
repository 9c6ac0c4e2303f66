import type { Request, Response } from "express";
import { acceptWebSocket } from "./accept-web-socket.ts";
import type { KeptStream } from "./client-stream.ts";

/** So many bytes may wait to be sent before the client counts as behind. */
const maxBufferedBytes = 64 * 1024;

const done = 1000;
const goingAway = 1001;

/** Answers a request for a WebSocket. Each frame is a JSON text message: `{"id":…,"event":…,"data":…}`. */
export async function openWebSocket(req: Request, res: Response): Promise<KeptStream> {
  const socket = await acceptWebSocket(req, res);
  let sentAt = performance.now();
  let behindSince: number | undefined;
  let caughtUp: PromiseWithResolvers<void> | undefined;
  let isAlive = true;

  // What a client says is not listened to; that it speaks is a sign of life.
  for (const event of ["message", "ping", "pong"]) socket.on(event, () => (isAlive = true));
  socket.on("error", () => socket.terminate());
  socket.once("close", settle);

  function settle(): void {
    behindSince = undefined;
    caughtUp?.resolve();
    caughtUp = undefined;
  }

  function isOpen(): boolean {
    return socket.readyState === socket.OPEN;
  }

  return {
    isOpen,
    send({ id, event, data }) {
      if (!isOpen()) return;
      sentAt = performance.now();
      socket.send(`{"id":${JSON.stringify(id)},"event":${JSON.stringify(event)},"data":${data}}`, () => {
        if (behindSince !== undefined && socket.bufferedAmount < maxBufferedBytes) settle();
      });
      if (socket.bufferedAmount >= maxBufferedBytes) behindSince ??= sentAt;
    },
    catchUp() {
      if (behindSince === undefined || !isOpen()) return undefined;
      caughtUp ??= Promise.withResolvers();
      return caughtUp.promise;
    },
    end: () => socket.close(done),
    onClose: (listener) => (socket.readyState === socket.CLOSED ? listener() : void socket.once("close", listener)),
    sentAt: () => sentAt,
    behindSince: () => behindSince,
    beat() {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      sentAt = performance.now();
      socket.ping();
    },
    leave: () => socket.close(goingAway),
    cut: () => socket.terminate(),
  };
}
