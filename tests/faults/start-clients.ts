import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import type { JobView } from "@longshore/shared/status/job-view";

export type Clients = { stop(): Promise<{ accepted: JobView[]; failures: string[] }> };

/**
 * Clients that submit jobs without a pause, each on one connection that is kept alive. They try again only when nobody
 * listens, as any load balancer does by asking another one; everything else that is no 202 is a failure.
 */
export function startClients(url: string, count: number): Clients {
  const accepted: JobView[] = [];
  const failures: string[] = [];
  const stopping = new AbortController();

  async function submit(agent: Agent): Promise<void> {
    const headers = { "content-type": "application/json" };
    const sending = request(`${url}/v1/jobs`, { method: "POST", headers, agent });
    sending.end(JSON.stringify({ kind: "sleep", payload: { durationMs: 5 } }));
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    const body = await text(response);
    if (response.statusCode === 202) accepted.push(JSON.parse(body) as JobView);
    else failures.push(body);
  }

  async function run(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopping.signal.aborted) {
      try {
        await submit(agent);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code !== "ECONNREFUSED") failures.push(message);
        await setTimeout(20);
      }
    }
    agent.destroy();
  }

  const running = Array.from({ length: count }, run);
  return {
    async stop() {
      stopping.abort();
      await Promise.all(running);
      return { accepted, failures };
    },
  };
}
