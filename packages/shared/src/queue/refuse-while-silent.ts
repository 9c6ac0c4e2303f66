import type { Command, Redis } from "ioredis";

/**
 * Has a connection wait for a silent Redis once, and not with each command: after one that was not answered in time, others
 * are refused at once until Redis has answered a ping.
 */
export function refuseWhileSilent(redis: Redis): void {
  const send = redis.sendCommand.bind(redis);
  let isSilent = false;

  redis.sendCommand = (command: Command, stream) => {
    if (isSilent && command.name !== "ping") {
      command.reject(new Error("Redis does not answer"));
      return command.promise;
    }
    command.promise.catch((error: Error) => {
      if (!isSilent && error.message === "Command timed out") void untilAnswered();
    });
    return send(command, stream);
  };

  async function untilAnswered(): Promise<void> {
    isSilent = true;
    while (isSilent && redis.status !== "end") {
      isSilent = await redis.ping().then(
        () => false,
        (error: Error) => error.message === "Command timed out",
      );
    }
    isSilent = false;
  }
}
