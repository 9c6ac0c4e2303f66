import { passTraces } from "./pass-traces.ts";
import type { RecordTracesOptions } from "./record-traces.ts";
import type { Tracing } from "./tracing.ts";

export type StartTracingOptions = RecordTracesOptions & { endpoint: string };

/** Records traces if there is an endpoint to send them to, which OpenTelemetry then reads by itself. It is not even loaded otherwise. */
export async function startTracing({ endpoint, ...options }: StartTracingOptions): Promise<Tracing> {
  if (!endpoint) return passTraces;
  const { recordTraces } = await import("./record-traces.ts");
  return recordTraces(options);
}
