// Spans within a call: each has the call's ids, begins within the call's span, and ends once.

import { type Context, type Span, SpanKind, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";

import { ERROR_TYPE } from "./names.js";
import { type Attributes, safeText } from "./safe.js";

export class Spans {
  constructor(
    private readonly tracer: Tracer,
    private readonly ids: Attributes,
    /** The call's. */
    readonly context: Context,
  ) {}

  /** A span from now, or from `since` (milliseconds of Unix time). */
  start(name: string, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL, since?: number): Span {
    const startTime = since === undefined ? {} : { startTime: since };
    return this.tracer.startSpan(name, { kind, attributes: { ...attributes, ...this.ids }, ...startTime }, this.context);
  }

  /** The context of what this span has asked for. */
  within(span: Span): Context {
    return trace.setSpan(this.context, span);
  }
}

/** Ends a span as failed. */
export function fail(span: Span, type: string, message?: string): void {
  span.setAttribute(ERROR_TYPE, safeText(type));
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message ? { message: safeText(message) } : {}) });
  span.end();
}

/** The name of what was thrown; of a DOMException that says what went wrong. */
export function errorType(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : typeof error;
}
