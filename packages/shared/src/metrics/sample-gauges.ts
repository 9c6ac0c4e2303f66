import { setTimeout } from "node:timers/promises";
import { Gauge, type Registry } from "prom-client";

export type GaugeDeclaration = { name: string; help: string; labelNames?: readonly string[] };
/** The values of some gauges, by what they are called in the declarations. */
export type Samples<Key extends string> = Partial<Record<Key, readonly Sample[]>>;
export type Sample = { labels?: Readonly<Record<string, string>>; value: number };

const withinMs = 1_000;

/**
 * Declares gauges that are read together when somebody asks for them. What cannot be read within a second is absent, and
 * holds up nothing else.
 */
export function sampleGauges<Key extends string>(
  registry: Registry,
  declarations: Readonly<Record<Key, GaugeDeclaration>>,
  read: () => Samples<Key> | Promise<Samples<Key>>,
): void {
  let reading: Promise<Samples<Key>> | undefined;
  const readOnce = () => (reading ??= readInTime(read).finally(() => (reading = undefined)));

  for (const [key, { labelNames = [], ...declaration }] of Object.entries(declarations) as [Key, GaugeDeclaration][]) {
    registry.registerMetric(
      new Gauge({
        ...declaration,
        labelNames,
        registers: [],
        async collect() {
          const samples = (await readOnce())[key] ?? [];
          if (labelNames.length > 0) this.reset();
          else this.remove();
          for (const { labels = {}, value } of samples) this.set(labels, value);
        },
      }),
    );
  }
}

async function readInTime<Key extends string>(read: () => Samples<Key> | Promise<Samples<Key>>): Promise<Samples<Key>> {
  const over = new AbortController();
  try {
    return await Promise.race([read(), setTimeout(withinMs, {}, { signal: over.signal })]);
  } catch {
    return {};
  } finally {
    over.abort();
  }
}
