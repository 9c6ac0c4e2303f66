import { setTimeout } from "node:timers/promises";

const deadlineMs = 90_000;

/**
 * Does as the documentation tells clients: whatever goes wrong, the same request is sent again under its idempotency key until
 * it is answered with a 202. `attempt` answers undefined when it was not. Throws when that does not come to pass.
 */
export async function acknowledge<Answer>(what: string, attempt: () => Promise<Answer | undefined>): Promise<Answer> {
  const giveUpAt = Date.now() + deadlineMs;
  while (Date.now() < giveUpAt) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
    await setTimeout(200);
  }
  throw new Error(`${what} was not acknowledged within ${deadlineMs / 1_000} s`);
}
