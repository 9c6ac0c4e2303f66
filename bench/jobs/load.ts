import autocannon from "autocannon";

export type Load = {
  url: string;
  /** What to send, or what makes it anew for each request. */
  body?: unknown;
};
export type Answered = { perSecond: number; p99Ms: number };

/** Asks for five seconds as fast as it is answered, over 100 connections. Throws if an answer was no success. */
export async function load({ url, body }: Load): Promise<Answered> {
  const headers = { "content-type": "application/json" };
  const result = await autocannon({ url, connections: 100, duration: 5, headers, ...toSend(body) });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} answers were no success, ${result.errors} errors`);
  return { perSecond: result.requests.average, p99Ms: result.latency.p99 };
}

function toSend(body: unknown): Pick<autocannon.Options, "method" | "body" | "requests"> {
  if (body === undefined) return {};
  if (typeof body !== "function") return { method: "POST", body: JSON.stringify(body) };
  const make = body as () => unknown;
  return {
    requests: [{ method: "POST", setupRequest: (request) => ({ ...request, body: JSON.stringify(make()) }) }],
  };
}
