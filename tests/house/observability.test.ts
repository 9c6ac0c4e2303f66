import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { countFlow } from "@longshore/shared/metrics/count-flow";
import { createRegistry } from "@longshore/shared/metrics/create-registry";
import { watchPools } from "@longshore/shared/metrics/watch-pools";
import { watchRedis } from "@longshore/shared/metrics/watch-redis";
import { measureRequests } from "../../apps/api/src/metrics/measure-requests.ts";
import { watchConnections } from "../../apps/api/src/metrics/watch-connections.ts";
import { watchQueues } from "../../apps/api/src/metrics/watch-queues.ts";
import { watchService } from "../../apps/api/src/metrics/watch-service.ts";
import { createWorkerMetrics } from "../../apps/worker/src/metrics/create-worker-metrics.ts";
import { watchSlots } from "../../apps/worker/src/metrics/watch-slots.ts";
import { projectRoot } from "./scratch-house.ts";

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");

type Declared = { name: string; type: string; help: string; labelNames?: string[] };
/** What is declared, without what is asked for values only when somebody reads them. */
const none = {} as never;

function declare(app: string): Map<string, Declared> {
  const registry = createRegistry({ app, version: "0.0.0" });
  countFlow(registry, none);
  watchPools(registry, none);
  watchRedis(registry, none);
  if (app === "worker") {
    createWorkerMetrics(registry);
    watchSlots(registry, none);
  } else {
    measureRequests(registry);
    watchConnections(registry, { on() {} } as never);
    watchQueues(registry, none);
    watchService(registry, none);
  }
  return new Map((registry.getMetricsAsArray() as unknown as Declared[]).map((metric) => [metric.name, metric]));
}

const byApp = { api: declare("api"), worker: declare("worker") };
const declared = new Map([...byApp.api, ...byApp.worker]);
const ours = [...declared.values()].filter(({ name }) => name.startsWith("longshore_"));

describe("every metric", () => {
  test.each(ours)("$name is named as Prometheus wants it, and explained", ({ name, type, help }) => {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    if (type === "histogram") expect(name).toMatch(/_seconds$/);
    expect(help).toMatch(/^[\dA-Z].*\.$/);
  });
});

describe("docs/observability.md", () => {
  const [, both = "", api = "", worker = ""] = read("docs/observability.md").split(
    /^### .+ of (?:both|the API|the worker)$/m,
  );
  const listedIn = (...sections: string[]) =>
    sections.flatMap((section) =>
      [...section.matchAll(/^\| `(longshore_\w+)` *\| (\w+) *\| ([^|]*?) *\|/gm)].map(([, ...cells]) =>
        cells.join(" ").trim(),
      ),
    );
  const describeAll = (metrics: Map<string, Declared>) =>
    [...metrics.values()]
      .filter(({ name }) => name.startsWith("longshore_"))
      .map(({ name, type, labelNames = [] }) =>
        `${name} ${type} ${labelNames.map((label) => `\`${label}\``).join(", ")}`.trim(),
      );

  test("lists the metrics of the API", () => {
    expect(listedIn(both, api).toSorted()).toEqual(describeAll(byApp.api).toSorted());
  });

  test("lists the metrics of the worker", () => {
    expect(listedIn(both, worker).toSorted()).toEqual(describeAll(byApp.worker).toSorted());
  });
});

/** Labels that Prometheus adds, and `le` of a histogram's buckets. */
const scraped = ["instance", "job", "le"];
const suffixes = { counter: [""], gauge: [""], summary: [""], histogram: ["_bucket", "_count", "_sum"] } as const;
const series = new Map(
  [...declared.values()].flatMap(({ name, type, labelNames = [] }) =>
    suffixes[type as keyof typeof suffixes].map((suffix) => [name + suffix, [...labelNames, ...scraped]] as const),
  ),
);

/** What is wrong with an expression of PromQL: its syntax, or a series or label that nobody exports. */
function findFaults(expression: string): string[] {
  const text = expression.replaceAll("$__rate_interval", "5m").replaceAll("$queue", ".*");
  const faults: string[] = [];
  parser.parse(text).iterate({
    enter({ type, node, from, to }) {
      const named = text.slice(from, to);
      if (type.isError) faults.push(`a syntax error at ${from}`);
      if (type.name !== "VectorSelector") return;
      const name = text.slice(node.firstChild!.from, node.firstChild!.to);
      const labels = series.get(name);
      if (!labels) faults.push(`no series ${name}`);
      const matched = [...named.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
      faults.push(
        ...matched.filter((label) => labels && !labels.includes(label)).map((label) => `${name} has no ${label}`),
      );
    },
  });
  return faults;
}

test("a fault in an expression is found", () => {
  expect(findFaults("sum(rate(longshore_http_request_seconds_count[5m]))")).toEqual([]);
  expect(findFaults("sum(rate(longshore_nothing_total[5m]))")).toEqual(["no series longshore_nothing_total"]);
  expect(findFaults('longshore_workers{queue="a"}')).toEqual(["longshore_workers has no queue"]);
  expect(findFaults("sum(longshore_workers")).toEqual([expect.stringContaining("a syntax error")]);
});

type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: Record<string, string>;
};
const { groups } = parse(read("deploy/prometheus/alerts.yml")) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

describe("the alerts", () => {
  test.each(rules)("$alert asks for what is exported, and says what it means", ({ expr, labels, annotations }) => {
    expect(findFaults(expr)).toEqual([]);
    expect(["warning", "critical"]).toContain(labels.severity);
    expect(Object.keys(annotations)).toEqual(["summary", "description"]);
  });

  test("are explained on the page, each once", () => {
    const [, section = ""] = read("docs/observability.md").split(/^## Alerts$/m);
    const listed = [...section.split(/^## /m)[0]!.matchAll(/^\| `(Longshore\w+)` *\|/gm)].map(([, name]) => name!);
    expect(listed).toEqual(rules.map(({ alert }) => alert));
  });
});

test("the example of a scrape configuration reads the alerts, and both apps", () => {
  const config = parse(read("deploy/prometheus/prometheus.yml")) as {
    rule_files: string[];
    scrape_configs: { job_name: string }[];
  };
  expect(config.rule_files).toEqual(["alerts.yml"]);
  expect(config.scrape_configs.map(({ job_name }) => job_name)).toEqual(["longshore-api", "longshore-worker"]);
});

type Panel = {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig?: { defaults: { unit?: string } };
  datasource?: { uid: string };
  targets?: { expr: string }[];
};

describe("the dashboard", () => {
  const dashboard = JSON.parse(read("deploy/grafana/longshore.json")) as {
    panels: Panel[];
    templating: { list: { name: string; type: string; query: unknown }[] };
  };
  const { panels } = dashboard;
  const graphs = panels.filter(({ type }) => type !== "row");

  test.each(graphs)("$title asks for what is exported, has a unit, and is explained", (panel) => {
    expect(panel.targets!.flatMap(({ expr }) => findFaults(expr))).toEqual([]);
    expect(panel.targets!.length).toBeGreaterThan(0);
    expect(panel.fieldConfig?.defaults.unit).toMatch(/^\w+$/);
    expect(panel.description).toMatch(/\.$/);
    expect(panel.datasource?.uid).toBe("${datasource}");
  });

  test("has panels with ids of their own that do not overlap, and fit", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x} ${y}`), title).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
    }
  });

  test("lets its reader choose the data source", () => {
    expect(dashboard.templating.list.find(({ name }) => name === "datasource")).toMatchObject({
      type: "datasource",
      query: "prometheus",
    });
  });
});
