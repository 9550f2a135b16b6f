// The way to the agent, until it stands: what a websocket and a peer connection have in common.

import { type Context, type Span, SpanKind, SeverityNumber } from "@opentelemetry/api";

import type { Records } from "./log.js";
import {
  EVENT_VOICE_CLIENT_CONNECTION_LOST,
  NETWORK_PROTOCOL_NAME,
  SERVER_ADDRESS,
  SERVER_PORT,
  SPAN_CLIENT_CONNECT,
  VOICE_CLIENT_CLOSE_CODE,
  VOICE_INTERRUPTED,
} from "./names.js";
import type { Attributes } from "./safe.js";
import { fail, type Spans } from "./spans.js";

export type Protocol = "websocket" | "webrtc";

/** What a call gives to its connections, and learns from them. */
export interface Caller {
  readonly conversationId: string;
  readonly spans: Spans;
  readonly records: Records;
  /** A connection stands. */
  connected(): void;
  /** Has it done when the call ends. */
  atEnd(undo: () => void): void;
}

export class Connection {
  private state: "opening" | "open" | "over" = "opening";
  private readonly span: Span;

  constructor(
    private readonly caller: Caller,
    private readonly protocol: Protocol,
  ) {
    this.span = caller.spans.start(SPAN_CLIENT_CONNECT, { [NETWORK_PROTOCOL_NAME]: protocol }, SpanKind.CLIENT);
    caller.atEnd(() => { this.abandoned(); });
  }

  /** What the agent continues. */
  get context(): Context {
    return this.caller.spans.within(this.span);
  }

  to(url: URL): void {
    this.span.setAttribute(SERVER_ADDRESS, url.hostname);
    const port = Number(url.port) || { "wss:": 443, "https:": 443, "ws:": 80, "http:": 80 }[url.protocol];
    if (port !== undefined) this.span.setAttribute(SERVER_PORT, port);
  }

  opened(): void {
    if (this.state !== "opening") return;
    this.state = "open";
    this.span.end();
    this.caller.connected();
  }

  /** It never stood. A browser does not say why; a websocket has at least a code. */
  refused(type: string, code?: number, message?: string): void {
    if (this.state !== "opening") return;
    this.state = "over";
    this.span.setAttributes(closeCode(code));
    fail(this.span, type, message);
  }

  /** It stood, and broke. */
  lost(code?: number): void {
    if (this.state !== "open") return;
    this.state = "over";
    const attributes: Attributes = { [NETWORK_PROTOCOL_NAME]: this.protocol, ...closeCode(code) };
    const body = `the ${this.protocol} connection was lost`;
    this.caller.records.event(EVENT_VOICE_CLIENT_CONNECTION_LOST, SeverityNumber.WARN, "WARN", body, attributes);
  }

  /** It was closed as it should be. */
  closed(): void {
    this.abandoned();
    this.state = "over";
  }

  private abandoned(): void {
    if (this.state !== "opening") return;
    this.state = "over";
    this.span.setAttribute(VOICE_INTERRUPTED, true).end();
  }
}

function closeCode(code: number | undefined): Attributes {
  return code === undefined ? {} : { [VOICE_CLIENT_CLOSE_CODE]: code };
}
