import type { Request, Response } from "express";
import { AppError } from "@longshore/shared/errors";
import type { ClientStream, KeptStream } from "./client-stream.ts";
import { openEventStream } from "./open-event-stream.ts";
import { openWebSocket } from "./open-web-socket.ts";
import { asksForWebSocket } from "./asks-for-stream.ts";

const tickMs = 1_000;
/** So many requests that became streams leave garbage that is worth a pause: at once, or when no further one comes. */
const openedInOneGo = 2_000;
const openedAndQuiet = 500;

export type KeepStreamsOptions = {
  maxStreams: number;
  /** After so long without a word, a sign of life is sent. */
  beatMs?: number;
  /** A client that does not take what was sent for so long is given up. */
  patienceMs?: number;
  /** Whether a key still lets in who has shown it; a stream lives longer than a request. */
  isKeyValid?: ((keyId: string) => Promise<boolean>) | undefined;
  /** Gives the memory back that opening streams took. */
  tidy?: (() => void) | undefined;
};

export type Streams = {
  /** Answers a request with a stream: a WebSocket if it asks for one, else server-sent events. Throws `overloaded`. */
  open(req: Request, res: Response): Promise<ClientStream>;
  /** How many are open. */
  count(): number;
  /** Ends every stream, so that clients come back elsewhere, and opens no other. */
  leave(): void;
};

/** Keeps the streams of a process: their number, their signs of life, and their clients' pace. */
export function keepStreams(options: KeepStreamsOptions): Streams {
  const { maxStreams, beatMs = 15_000, patienceMs = 30_000, isKeyValid, tidy } = options;
  const streams = new Set<KeptStream>();
  const byKey = new Map<string, Set<KeptStream>>();
  let leaving = false;
  let opened = 0;
  let openedBefore = 0;

  const ticking = setInterval(() => {
    const now = performance.now();
    for (const stream of streams) {
      if (now - (stream.behindSince() ?? now) >= patienceMs) stream.cut();
      else if (now - stream.sentAt() >= beatMs) stream.beat();
    }
    for (const [keyId, open] of byKey) void leaveIfGone(keyId, open);
    tidyUp();
  }, tickMs);
  ticking.unref();

  /** Ends what was opened with a key that is no longer valid. While that cannot be known, it goes on. */
  async function leaveIfGone(keyId: string, open: ReadonlySet<KeptStream>): Promise<void> {
    if ((await isKeyValid?.(keyId).catch(() => true)) === false) for (const stream of open) stream.leave();
  }

  function keep(stream: KeptStream, keyId: string | null): void {
    streams.add(stream);
    stream.onClose(() => streams.delete(stream));
    if (keyId === null) return;
    const ofKey = byKey.get(keyId) ?? new Set();
    byKey.set(keyId, ofKey.add(stream));
    stream.onClose(() => {
      ofKey.delete(stream);
      if (ofKey.size === 0) byKey.delete(keyId);
    });
  }

  function tidyUp(): void {
    const isDue = opened >= openedInOneGo || (opened >= openedAndQuiet && opened === openedBefore);
    openedBefore = opened;
    if (!isDue) return;
    opened = 0;
    tidy?.();
  }

  return {
    async open(req, res) {
      if (leaving) throw new AppError("overloaded", { message: "This process is about to stop", retryAfterSeconds: 1 });
      if (streams.size >= maxStreams)
        throw new AppError("overloaded", { message: "Too many streams are open", retryAfterSeconds: 5 });
      const stream = asksForWebSocket(req) ? await openWebSocket(req, res) : openEventStream(req, res);
      opened += 1;
      keep(stream, req.caller.keyId);
      return stream;
    },
    count: () => streams.size,
    leave() {
      leaving = true;
      clearInterval(ticking);
      for (const stream of streams) stream.leave();
    },
  };
}
