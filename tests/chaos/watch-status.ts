import { setTimeout } from "node:timers/promises";
import { isTerminal } from "@longshore/shared/status/job-state";
import type { JobView } from "@longshore/shared/status/job-view";
import type { FaultStack } from "../faults/start-fault-stack.ts";
import type { Random } from "./create-random.ts";
import type { Ledger } from "./ledger.ts";

export type Watch = { stop(): Promise<{ looks: number; lies: string[] }> };

/** Polls acknowledged jobs: none may be unknown, be another one than it was once it is over, or lose progress. */
export function watchStatus({ url }: FaultStack, ledger: Ledger, random: Random): Watch {
  const last = new Map<string, JobView>();
  const lies: string[] = [];
  let looks = 0;
  const stopping = new AbortController();

  async function look({ id, links }: JobView): Promise<void> {
    const response = await fetch(url + links.self, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (!response || text === undefined || response.status >= 500) return;
    looks += 1;
    if (response.status !== 200) return void lies.push(`${id} was answered with ${response.status}`);
    const job = JSON.parse(text) as JobView;
    const before = last.get(id);
    if (before && isTerminal(before.state) && job.state !== before.state)
      lies.push(`${id} was ${before.state} and then ${job.state}`);
    if (before && (job.counts?.inserted ?? 0) < (before.counts?.inserted ?? 0))
      lies.push(`${id} had ${before.counts?.inserted} rows and then ${job.counts?.inserted}`);
    last.set(id, job);
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      const known = [
        ...ledger.imports.map(({ job }) => job),
        ...ledger.jobs,
        ...ledger.processed.map(({ job }) => job),
      ];
      // Mostly what is new, and now and then what is long over.
      const from = random.pick([0, Math.max(0, known.length - 50)]);
      if (known.length > 0) await look(known[random.int(from, known.length - 1)]!);
      await setTimeout(20);
    }
  }

  const watching = watch();
  return {
    async stop() {
      stopping.abort();
      await watching;
      return { looks, lies };
    },
  };
}
