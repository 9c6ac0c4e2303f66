import { request, type IncomingHttpHeaders } from "node:http";
import { waitFor } from "@longshore/shared/testing/wait-for";

export type SeenFrame = { id: string; event: string; data: Record<string, unknown> };

export type OpenEvents = {
  status: number;
  headers: IncomingHttpHeaders;
  /** All that came so far. */
  text(): string;
  frames(): SeenFrame[];
  /** Resolves with the first `count` frames. */
  first(count: number): Promise<SeenFrame[]>;
  /** Resolves with all frames when the server has closed. */
  all(): Promise<SeenFrame[]>;
  close(): void;
};

/** Opens a stream of server-sent events, or whatever is answered instead; resolves with the headers. */
export function openEvents(url: string, headers: Record<string, string> = {}): Promise<OpenEvents> {
  return new Promise((resolve, reject) => {
    const opening = request(url, { headers, agent: false });
    opening.once("error", reject).end();
    opening.once("response", (response) => {
      let text = "";
      let ended = false;
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("error", () => {}).once("close", () => (ended = true));
      const frames = () => parseEvents(text);
      resolve({
        status: response.statusCode!,
        headers: response.headers,
        text: () => text,
        frames,
        first: (count) => waitFor(`${count} frames`, async () => frames().length >= count && frames().slice(0, count)),
        async all() {
          await waitFor("the end of the stream", async () => ended);
          return frames();
        },
        close: () => void response.destroy(),
      });
    });
  });
}

/** The events of a stream, their data parsed. */
export function parseEvents(text: string): SeenFrame[] {
  const blocks = text.split("\n\n").slice(0, -1);
  return blocks.flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
    const [id, event, data] = ["id", "event", "data"].map(field);
    return data ? [{ id: id!, event: event!, data: JSON.parse(data) as Record<string, unknown> }] : [];
  });
}
