import { createCounter, type CounterOptions } from "./create-counter.ts";

export type Allowance = { isAllowed: boolean; remaining: number; resetMs: number };

/** Takes points from what a caller has in this window. */
export type RateLimiter = (caller: string, cost: number) => Promise<Allowance>;

type Waiting = { cost: number; resolve: (allowance: Allowance) => void; reject: (error: unknown) => void };

/**
 * Limits how many points each caller has in a window. Requests of one caller that come while others of his are being counted
 * are counted together next: a busy caller costs Redis one command for many.
 */
export function createRateLimiter(options: CounterOptions): RateLimiter {
  const count = createCounter(options);
  const waiting = new Map<string, Waiting[]>();

  async function settle(caller: string, batch: readonly Waiting[]): Promise<void> {
    const cost = batch.reduce((sum, one) => sum + one.cost, 0);
    const { consumedPoints, msBeforeNext } = await count(caller, cost);
    let consumed = consumedPoints - cost;
    for (const one of batch) {
      consumed += one.cost;
      const remaining = Math.max(options.points - consumed, 0);
      one.resolve({ isAllowed: consumed <= options.points, remaining, resetMs: msBeforeNext });
    }
  }

  async function drain(caller: string, first: Waiting): Promise<void> {
    let batch = [first];
    while (batch.length > 0) {
      waiting.set(caller, []);
      await settle(caller, batch).catch((error: unknown) => batch.forEach(({ reject }) => reject(error)));
      batch = waiting.get(caller)!;
    }
    waiting.delete(caller);
  }

  return (caller, cost) =>
    new Promise((resolve, reject) => {
      const line = waiting.get(caller);
      if (line) line.push({ cost, resolve, reject });
      else void drain(caller, { cost, resolve, reject });
    });
}
