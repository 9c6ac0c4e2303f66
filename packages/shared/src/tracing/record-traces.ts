import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout } from "node:timers/promises";
import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { parseTraceparent } from "./parse-traceparent.ts";
import { traceStatements } from "./trace-statements.ts";
import type { Span, SpanOptions, Tracing } from "./tracing.ts";

export type RecordTracesOptions = {
  service: string;
  version: string;
  /** Which part of the traces that begin here is recorded: 0 to 1. */
  ratio: number;
  /** Told that spans could not be sent. */
  onError: (error: unknown) => void;
};

const closeWithinMs = 1_000;

const kinds = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT };

/** Records traces with OpenTelemetry, and exports them as OpenTelemetry's own environment variables say. */
export function recordTraces({ service, version, ratio, onError }: RecordTracesOptions): Tracing {
  const nothing = () => {};
  const tell = (...said: unknown[]) => onError(said.join(" "));
  const errors = { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(errors, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });

  const resource = defaultResource()
    .merge(resourceFromAttributes({ "service.name": service, "service.version": version }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer("longshore", version);
  const around = new AsyncLocalStorage<Span>();
  const open = new WeakMap<Span, Context>();

  function startIn(context: Context, name: string, { kind, attributes = {} }: SpanOptions): Span {
    const otelSpan = tracer.startSpan(name, { kind: kinds[kind], attributes }, context);
    const { traceId, spanId, traceFlags } = otelSpan.spanContext();
    const span: Span = {
      traceparent: `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? "00" : "01"}`,
      end({ name: newName, attributes: more = {}, failure } = {}) {
        open.delete(span);
        if (newName) otelSpan.updateName(newName);
        otelSpan.setAttributes(more);
        if (failure !== undefined) otelSpan.setStatus({ code: SpanStatusCode.ERROR, message: failure });
        otelSpan.end();
      },
    };
    open.set(span, trace.setSpan(ROOT_CONTEXT, otelSpan));
    return span;
  }

  return {
    start: (name, options) => startIn(toContext(options.parent), name, options),
    within: (span, fn) => around.run(span, fn),
    watchConnection: traceStatements((name, attributes) => {
      const span = around.getStore();
      const context = span && open.get(span);
      return context && startIn(context, name, { kind: "client", attributes });
    }),
    close: () =>
      Promise.race([provider.shutdown().catch(nothing), setTimeout(closeWithinMs, undefined, { ref: false })]),
  };
}

function toContext(parent: unknown): Context {
  const context = parseTraceparent(parent);
  if (!context) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = context;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
