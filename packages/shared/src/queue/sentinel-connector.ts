import { SentinelConnector as IoredisConnector, type SentinelConnectionOptions } from "ioredis";

/**
 * Finds the master by its sentinels, as ioredis's own does, and outlives every failover. That one goes on listening to what
 * sentinels say of the last connection while it asks them for the next: when `+switch-master` comes just then, it takes its own
 * question for one that nobody needs any more, and the client is never connected again. This one stops listening first.
 */
export class SentinelConnector extends IoredisConnector {
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
  }

  override connect(...args: Parameters<IoredisConnector["connect"]>): ReturnType<IoredisConnector["connect"]> {
    this.disconnect();
    return super.connect(...args);
  }
}
