import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { RequestObserver } from "../http/observe-requests.ts";

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const classes = ["", "1xx", "2xx", "3xx", "4xx", "5xx"];

/**
 * Measures requests: by the route's template and never by a path, which a client may choose. What became a stream counts
 * until its headers were sent.
 */
export function measureRequests(registry: Registry): RequestObserver {
  const registers = [registry];
  const seconds = new Histogram({
    name: "longshore_http_request_seconds",
    help: "How long requests took to their last byte. Waiting for a job, which a client may ask for, is part of it.",
    labelNames: ["method", "route", "status"],
    buckets,
    registers,
  });
  const inFlight = new Gauge({
    name: "longshore_http_requests_in_flight",
    help: "Requests that are not answered yet. Streams are not among them.",
    registers,
  });
  const problems = new Counter({
    name: "longshore_http_problems_total",
    help: "Requests that were answered with a problem, by its code.",
    labelNames: ["code"],
    registers,
  });

  return {
    begin: () => inFlight.inc(),
    end({ req, status, durationMs }) {
      inFlight.dec();
      const { matched, method } = req;
      // Without a route there is no end to the methods that somebody may try.
      const labels = matched ? { method, route: matched.path } : { method: "any", route: "none" };
      seconds.observe({ ...labels, status: classes[Math.floor(status / 100)]! }, durationMs / 1_000);
    },
    problem: (code) => problems.inc({ code }),
  };
}
