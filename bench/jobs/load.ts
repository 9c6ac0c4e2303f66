import autocannon from "autocannon";

export type Load = { url: string; body?: unknown; seconds?: number; connections?: number };
export type Answered = { perSecond: number; p99Ms: number };

/** Asks as fast as it is answered, over 100 connections. Throws if an answer was no success. */
export async function load({ url, body, seconds = 5, connections = 100 }: Load): Promise<Answered> {
  const sent = body === undefined ? {} : { method: "POST" as const, body: JSON.stringify(body) };
  const headers = { "content-type": "application/json" };
  const result = await autocannon({ url, connections, duration: seconds, headers, ...sent });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} answers were no success, ${result.errors} errors`);
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 };
}
