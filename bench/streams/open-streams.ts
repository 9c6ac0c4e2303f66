import { once } from "node:events";
import { connect, type Socket } from "node:net";

export type OpenStreams = Disposable & {
  /** How many have got an event of this name. */
  count(event: string): number;
};

/** Opens server-sent event streams, one for each path, 200 at a time; resolves when each has got its first event. */
export async function openStreams(url: string, paths: readonly string[]): Promise<OpenStreams> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  const seen: Set<string>[] = [];

  async function open(path: string): Promise<void> {
    const socket = connect(Number(port), hostname);
    const events = new Set<string>();
    sockets.push(socket);
    seen.push(events);
    socket.setEncoding("latin1").write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    socket.on("error", () => {});
    socket.on("data", (text: string) => {
      for (const [, event] of text.matchAll(/^event: (\w+)$/gm)) events.add(event!);
    });
    while (events.size === 0) await once(socket, "data");
  }

  for (let at = 0; at < paths.length; at += 200) await Promise.all(paths.slice(at, at + 200).map(open));
  return {
    count: (event) => seen.filter((events) => events.has(event)).length,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
