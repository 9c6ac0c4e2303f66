import { Presets, SingleBar } from "cli-progress";

export type Rows = { done: number; total: number; rowsPerSecond: number | null; etaSeconds: number | null };

export type ProgressBar = Disposable & { update(rows: Rows): void };

/** A bar of rows on a terminal; elsewhere a plain line every two seconds. Disposal leaves it as it stands. */
export function createProgressBar(title: string): ProgressBar {
  const bar = new SingleBar(
    {
      format: `${title} [{bar}] {percentage} % | {value} of {total} rows | {rate} rows/s | {remaining} s left`,
      stream: process.stdout,
      noTTYOutput: true,
      notTTYSchedule: 2_000,
      barsize: 30,
      hideCursor: true,
      formatValue: (value, _options, type) => (type === "percentage" ? String(value) : value.toLocaleString("en")),
    },
    Presets.shades_classic,
  );

  function update({ done, total, rowsPerSecond, etaSeconds }: Rows): void {
    const payload = {
      rate: rowsPerSecond?.toLocaleString("en") ?? "-",
      remaining: etaSeconds ?? (done === total ? 0 : "-"),
    };
    if (bar.isActive) bar.update(done, payload);
    else if (total > 0) bar.start(total, done, payload);
  }

  return { update, [Symbol.dispose]: () => bar.stop() };
}
