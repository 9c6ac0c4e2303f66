import { Agent, request } from "node:http";
import type { Answer } from "./check-answer.ts";
import type { FuzzRequest } from "./fuzz-requests.ts";

const agent = new Agent({ keepAlive: true });

/** Sends a request as it stands, where `fetch` would mend it, and reads the whole answer. */
export function sendRaw(origin: string, { method, path, headers, body }: FuzzRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const framed = body.length > 0 ? { ...headers, "content-length": Buffer.byteLength(body) } : headers;
    const sending = request(origin, { method, path, headers: framed, agent });
    sending.once("error", reject).once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.once("error", reject).once("end", () => {
        resolve({ status: response.statusCode!, headers: response.headers, body: text });
      });
    });
    sending.end(body);
  });
}
