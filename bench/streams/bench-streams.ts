import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";
import type { JobView } from "@longshore/shared/status/job-view";
import { bellChannel } from "@longshore/shared/status/status-board";
import { printTable, round } from "../report.ts";
import { startBenchStack } from "../start-bench-stack.ts";
import { openStreams, type OpenStreams } from "./open-streams.ts";

const streams = 5_000;
const goalMiB = 200;

/**
 * 5,000 event streams on one API process: each of a job of its own, then all of one job, which is cancelled. Answers what
 * the process has resident meanwhile as a share of its goal.
 */
export async function benchStreams(): Promise<Record<string, number>> {
  await using stack = await startBenchStack({ workers: 1 });
  const redis = new Redis(stack.redisUrl);
  const pid = stack.pids().api!;
  const before = await residentMiB(pid);
  const jobs = await submitJobs(stack.apiUrl, streams);

  const apart = await measure(jobs.map(({ links }) => links.events));
  const together = await measure(
    jobs.map(() => jobs[0]!.links.events),
    async (open) => {
      const start = performance.now();
      await fetch(stack.apiUrl + jobs[0]!.links.self + "/cancel", { method: "POST" });
      while (open.count("end") < streams) await setTimeout(5);
      return performance.now() - start;
    },
  );
  redis.disconnect();

  async function measure(paths: string[], then?: (open: OpenStreams) => Promise<number>) {
    const start = performance.now();
    using open = await openStreams(stack.apiUrl, paths);
    const openedMs = performance.now() - start;
    // Past the first heartbeats.
    await setTimeout(20_000);
    const [, subscriptions] = (await redis.pubsub("NUMSUB", bellChannel("longshore"))) as [string, number];
    return { openedMs, subscriptions, mib: await residentMiB(pid), endedMs: await then?.(open) };
  }

  printTable(
    [`${streams} streams`, "opened, s", "subscriptions", "resident, MiB", "all told of the end, ms"],
    [
      ["none yet", "", "", `${before}`, ""],
      ...Object.entries({ "of as many jobs": apart, "of one job": together }).map(([name, result]) => [
        name,
        `${round(result.openedMs / 1_000, 1)}`,
        `${result.subscriptions}`,
        `${result.mib}`,
        result.endedMs === undefined ? "" : `${Math.round(result.endedMs)}`,
      ]),
    ],
  );
  return { streams: round(Math.max(apart.mib, together.mib) / goalMiB) };
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024);
}

async function submitJobs(url: string, count: number): Promise<JobView[]> {
  const body = JSON.stringify({ kind: "sleep", payload: { durationMs: 1 }, options: { delayMs: 3_600_000 } });
  const jobs: JobView[] = [];
  while (jobs.length < count) {
    const answers = Array.from({ length: 100 }, async () => {
      const response = await fetch(`${url}/v1/jobs`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      return (await response.json()) as JobView;
    });
    jobs.push(...(await Promise.all(answers)));
  }
  return jobs;
}
