import type { Registry } from "prom-client";
import { sampleGauges } from "@longshore/shared/metrics/sample-gauges";
import type { SlottedConsumer } from "../runtime/consume-entries.ts";

/** Tells how many slots this worker has for each queue, and how many are used. */
export function watchSlots(
  registry: Registry,
  consumers: readonly Pick<SlottedConsumer, "queue" | "slots" | "used">[],
): void {
  const labelNames = ["queue"];
  sampleGauges(
    registry,
    {
      slots: { name: "longshore_worker_slots", help: "How much this worker runs at once of a queue.", labelNames },
      used: { name: "longshore_worker_slots_used", help: "How much it runs now.", labelNames },
    },
    () => ({
      slots: consumers.map(({ queue, slots }) => ({ labels: { queue }, value: slots })),
      used: consumers.map(({ queue, used }) => ({ labels: { queue }, value: used })),
    }),
  );
}
