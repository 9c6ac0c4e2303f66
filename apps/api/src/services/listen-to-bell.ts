import type { Redis } from "ioredis";
import { openSubscriber } from "@longshore/shared/queue/open-subscriber";
import type { RedisClient } from "@longshore/shared/queue/redis-client";
import { bellChannel } from "@longshore/shared/status/status-board";

const pingEveryMs = 2_000;
/** After a connection that does not come back by itself. */
const reopenMs = 500;

export type BellOptions = {
  namespace: string;
  onRing: (jobIds: readonly string[]) => void;
  /** The bell can be heard, for the first time or again: rings may have been missed. */
  onHeard: () => void;
  onError: (error: unknown) => void;
};

export type Bell = { isHeard(): boolean; close(): void };

/**
 * Hears of every job about which something was committed, through one subscription on a connection of its own, which is
 * made like `redis`. Comes back by itself; a Redis that hangs counts as away.
 */
export function listenToBell(redis: RedisClient, { namespace, onRing, onHeard, onError }: BellOptions): Bell {
  const channel = bellChannel(namespace);
  let subscriber: Redis | undefined;
  let heard = false;
  let reopening: NodeJS.Timeout | undefined;
  let closed = false;

  function open(): void {
    subscriber = openSubscriber(redis, channel);
    if (!subscriber) return reopen();
    const opened = subscriber;
    opened.on("error", onError);
    opened.on("ready", () => void subscribe(opened).catch(startOver));
    opened.on("close", () => (heard = false));
    opened.on("message", (_channel, jobIds: string) => onRing(jobIds.split(" ")));
    opened.on("end", reopen);
  }

  function reopen(): void {
    if (!closed) reopening = setTimeout(open, reopenMs).unref();
  }

  async function subscribe(opened: Redis): Promise<void> {
    await opened.subscribe(channel);
    heard = true;
    onHeard();
  }

  function startOver(error: unknown): void {
    onError(error);
    subscriber?.disconnect(true);
  }

  open();
  const pinging = setInterval(() => {
    if (heard) subscriber?.ping().catch(startOver);
  }, pingEveryMs);
  pinging.unref();

  return {
    isHeard: () => heard,
    close() {
      closed = true;
      clearInterval(pinging);
      clearTimeout(reopening);
      subscriber?.disconnect();
    },
  };
}
