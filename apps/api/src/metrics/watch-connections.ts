import type { Server } from "node:http";
import type { Socket } from "node:net";
import { Counter, Gauge, type Registry } from "prom-client";

/** Tells how many connections are open, and what went over all that there were: requests cost nothing for it. */
export function watchConnections(registry: Registry, server: Server): void {
  const open = new Set<Socket>();
  const closed = { bytesRead: 0, bytesWritten: 0 };

  server.on("connection", (socket) => {
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      closed.bytesRead += socket.bytesRead;
      closed.bytesWritten += socket.bytesWritten;
    });
  });
  const total = (what: keyof typeof closed) => open.values().reduce((sum, socket) => sum + socket[what], closed[what]);

  registry.registerMetric(
    new Gauge({
      name: "longshore_http_connections",
      help: "Open connections, idle ones and those of streams too.",
      registers: [],
      collect() {
        this.set(open.size);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: "longshore_http_received_bytes_total",
      help: "What clients have sent.",
      registers: [],
      collect() {
        this.reset();
        this.inc(total("bytesRead"));
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: "longshore_http_sent_bytes_total",
      help: "What was sent to clients.",
      registers: [],
      collect() {
        this.reset();
        this.inc(total("bytesWritten"));
      },
    }),
  );
}
