// From spans and log records to the receiver: OpenTelemetry's SDK and exporters, with queues of our own between them.

import { SeverityNumber, type Tracer } from "@opentelemetry/api";
import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { LoggerProvider, type LogRecordProcessor, type ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { type ReadableSpan, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

import { tell } from "./guard.js";
import type { Loggers } from "./log.js";
import { EVENT_VOICE_CLIENT_TELEMETRY_DROPPED, VOICE_CLIENT_DROPPED, VOICE_LOG_CATEGORY } from "./names.js";
import { signalUrl, type VoiceTelemetryOptions } from "./options.js";
import { Queue, type Send } from "./queue.js";
import { resourceOf } from "./resource.js";
import { PAGE_SCOPE, SCOPE, VERSION } from "./version.js";

/** A batch of 64 stays below the 64 KiB that a browser sends for a page that is gone. */
const LIMITS = { mostWaiting: 512, mostInBatch: 64, delay: 1000 };

interface Exporter<T> {
  export(items: T[], ended: (result: ExportResult) => void): void;
}

export class Pipeline {
  readonly tracer: Tracer;
  readonly loggers: Loggers;
  private readonly queues: Queue<never>[];

  constructor(options: VoiceTelemetryOptions) {
    const resource = resourceOf(options);
    const spans = queue<ReadableSpan>("traces", options, (config) => new OTLPTraceExporter(config));
    const logs = queue<ReadableLogRecord>("logs", options, (config) => new OTLPLogExporter(config));
    this.tracer = new TracerProvider({ resource, spanProcessors: [onEnd(spans)] }).getTracer(SCOPE, VERSION);
    const provider = new LoggerProvider({ resource, processors: [onEmit(logs)] });
    this.loggers = { own: provider.getLogger(SCOPE, VERSION), page: provider.getLogger(PAGE_SCOPE) };
    this.queues = [spans, logs] as unknown as Queue<never>[];
    for (const each of this.queues) each.onArrival = () => { this.tellLost(); };
  }

  /** Hands everything that waits to the browser, now. */
  flush(): void {
    for (const each of this.queues) each.flush();
  }

  /** The same, and ends when it has arrived or was given up. */
  async flushed(): Promise<void> {
    this.flush();
    await Promise.all(this.queues.map((each) => each.idle()));
  }

  private tellLost(): void {
    const lost = this.queues.reduce((sum, each) => sum + each.takeLost(), 0);
    if (lost === 0) return;
    this.loggers.own.emit({
      eventName: EVENT_VOICE_CLIENT_TELEMETRY_DROPPED,
      severityNumber: SeverityNumber.WARN,
      severityText: "WARN",
      body: `${String(lost)} spans and log records could not be sent`,
      attributes: { [VOICE_LOG_CATEGORY]: "app", [VOICE_CLIENT_DROPPED]: lost },
    });
  }
}

function queue<T>(
  signal: "traces" | "logs",
  options: VoiceTelemetryOptions,
  exporter: (config: { url: string; headers: Record<string, string> }) => Exporter<T>,
): Queue<T> {
  const url = signalUrl(options.endpoint, signal);
  if (url === undefined) return new Queue<T>((_, ended) => { ended(true); }, LIMITS);
  return new Queue<T>(sendBy(exporter({ url, headers: { ...options.headers } }), url), LIMITS);
}

function sendBy<T>(exporter: Exporter<T>, url: string): Send<T> {
  return (batch, ended) => {
    exporter.export(batch, (result) => {
      const arrived = result.code === ExportResultCode.SUCCESS;
      if (!arrived) tell(`cannot send to ${url}: is the receiver there, and does it allow this page's origin?`);
      ended(arrived);
    });
  };
}

function onEnd(queue: Queue<ReadableSpan>): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: (span) => { if (span.spanContext().traceFlags & 1) queue.add(span); },
    ...unbatched,
  };
}

function onEmit(queue: Queue<ReadableLogRecord>): LogRecordProcessor {
  return { onEmit: (record) => { queue.add(record); }, ...unbatched };
}

/** The providers are never asked to flush or to end: the queues are. */
const unbatched = { forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() };
