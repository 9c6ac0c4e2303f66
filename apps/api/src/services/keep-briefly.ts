const leastMs = 1_000;
/** A reading is kept for so many times as long as it took: reading never takes more than this part of the time. */
const restFactor = 5;

/** Shares one reading among all who ask at the same time, and keeps it for a second, or longer if it took long. */
export function keepBriefly<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let kept: Promise<Value> | undefined;
  let until = 0;

  async function readAgain(): Promise<Value> {
    const start = performance.now();
    try {
      const value = await read();
      until = performance.now() + Math.max(leastMs, restFactor * (performance.now() - start));
      return value;
    } catch (error) {
      kept = undefined;
      throw error;
    }
  }

  return () => {
    if (kept === undefined || performance.now() > until) {
      until = Infinity;
      kept = readAgain();
    }
    return kept;
  };
}
