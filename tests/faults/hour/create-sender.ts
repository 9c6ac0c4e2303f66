import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

export type Sender = ReturnType<typeof createSender>;

/** Sends JSON over a few connections that are kept alive. Rejects what is refused. */
export function createSender(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });

  async function open(method: string, path: string, body?: unknown, headers = {}): Promise<IncomingMessage> {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const sending = request(url + path, { method, agent, headers: { ...headers, ...type } });
    sending.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(sending, "response")) as [IncomingMessage];
    if (response.statusCode! < 400) return response;
    throw new Error(`${method} ${path} was answered with ${response.statusCode}: ${await text(response)}`);
  }

  return {
    url,
    open,
    async send<Body>(method: string, path: string, body?: unknown, headers = {}): Promise<Body> {
      const answer = await text(await open(method, path, body, headers));
      return (answer === "" ? undefined : JSON.parse(answer)) as Body;
    },
    /** Lets go of its connections. */
    rest: () => agent.destroy(),
  };
}
