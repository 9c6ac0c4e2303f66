import type { Redis } from "ioredis";
import { bellChannel } from "@longshore/shared/status/status-board";

const pingEveryMs = 2_000;

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
export function listenToBell(redis: Redis, { namespace, onRing, onHeard, onError }: BellOptions): Bell {
  const subscriber = redis.duplicate({ connectionName: bellChannel(namespace), autoResubscribe: false });
  let heard = false;

  async function subscribe(): Promise<void> {
    await subscriber.subscribe(bellChannel(namespace));
    heard = true;
    onHeard();
  }

  function startOver(error: unknown): void {
    onError(error);
    subscriber.disconnect(true);
  }

  subscriber.on("error", onError);
  subscriber.on("ready", () => void subscribe().catch(startOver));
  subscriber.on("close", () => (heard = false));
  subscriber.on("message", (_channel, jobIds: string) => onRing(jobIds.split(" ")));
  const pinging = setInterval(() => {
    if (heard) subscriber.ping().catch(startOver);
  }, pingEveryMs);
  pinging.unref();

  return {
    isHeard: () => heard,
    close() {
      clearInterval(pinging);
      subscriber.disconnect();
    },
  };
}
