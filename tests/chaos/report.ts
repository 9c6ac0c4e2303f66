import type { Ledger } from "./ledger.ts";

/** What is said of a run: each fault as it happens, and at last all of them, the load and the verdict. */
export class Report {
  private readonly recoveries = new Map<string, number[]>();
  private load = "";

  constructor(title: string) {
    say(title);
  }

  noteFault(name: string, recoveryMs: number): void {
    say(`fault      ${name}, over after ${seconds(recoveryMs)}`);
    this.recoveries.set(name, [...(this.recoveries.get(name) ?? []), recoveryMs]);
  }

  noteLoad({ imports, jobs, processed }: Ledger, looks: number): void {
    const rows = imports.reduce((sum, { count }) => sum + count, 0);
    this.load =
      `${imports.length} imports of ${rows.toLocaleString("en")} rows, ${jobs.length} jobs that sleep, ` +
      `${processed.length} that write, ${looks} looks at their status`;
  }

  print(broken: readonly string[]): void {
    say(`\n${"fault".padEnd(36)}${"times".padStart(6)}${"median".padStart(9)}${"longest".padStart(9)}`);
    for (const [name, times] of this.recoveries) {
      const sorted = times.toSorted((a, b) => a - b);
      const [median, longest] = [sorted[sorted.length >> 1]!, sorted.at(-1)!];
      say(
        `${name.padEnd(36)}${String(times.length).padStart(6)}${seconds(median).padStart(9)}${seconds(longest).padStart(9)}`,
      );
    }
    say(`\nload       ${this.load}`);
    for (const promise of broken) say(`broken     ${promise}`);
    say(`verdict    ${broken.length === 0 ? "every promise was kept" : `${broken.length} promises were broken`}`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
