// One call of the user with the agent.

import { context as active, type Logger, type Span, trace, type Tracer } from "@opentelemetry/api";

import { type Carrier, carrierOf } from "./carrier.js";
import { guarded, tell } from "./guard.js";
import { conversationId } from "./ids.js";
import { Log } from "./log.js";
import { microphone } from "./microphone.js";
import {
  GEN_AI_CONVERSATION_ID,
  SESSION_ID,
  SPAN_CLIENT_CALL,
  USER_ID,
  VOICE_CLIENT_OUTCOME,
  VOICE_CLIENT_STALLS,
  VOICE_CONVERSATION_ID,
} from "./names.js";
import { negotiate } from "./peer.js";
import { Playback } from "./playback.js";
import { watchElement } from "./playback-element.js";
import { watchNode } from "./playback-node.js";
import { type Attributes, safeAttributes } from "./safe.js";
import { Spans } from "./spans.js";
import { connect } from "./websocket.js";

export interface CallOptions {
  /** The name of the conversation, as the agent should know it; by default one is made. */
  readonly conversationId?: string;
  readonly sessionId?: string;
  /** Not a name, an address or a number to call: those are taken out. */
  readonly userId?: string;
}

export type Outcome = "completed" | "unloaded";

/** None of its methods throws or waits for telemetry; what the page's own functions answer or throw is passed on. */
export class Call {
  readonly conversationId: string;
  readonly log: Log;
  readonly spans: Spans;
  private readonly span: Span;
  private readonly undo: (() => void)[] = [];
  private waitingSince: number | undefined = Date.now();
  private stalls = 0;
  private over = false;

  constructor(
    tracer: Tracer,
    logger: Logger,
    options: CallOptions,
    private readonly ended: (call: Call) => void,
  ) {
    const { id, given } = conversationId(options.conversationId);
    this.conversationId = id;
    const ids: Attributes = {
      [VOICE_CONVERSATION_ID]: id,
      ...(given ? { [GEN_AI_CONVERSATION_ID]: id } : {}),
      ...safeAttributes({ [SESSION_ID]: options.sessionId, [USER_ID]: options.userId }),
    };
    const around = active.active();
    this.span = tracer.startSpan(SPAN_CLIENT_CALL, { attributes: ids }, around);
    const context = trace.setSpan(around, this.span);
    this.spans = new Spans(tracer, ids, context);
    this.log = new Log(logger, ids, context);
  }

  /** Asks for the microphone by the page's own function, and gives back what that answers. */
  microphone<T>(request: () => Promise<T>): Promise<T> {
    return microphone(this.spans, request);
  }

  /** Opens a websocket to the agent: `open` gets the URL with the ids that the agent continues. */
  connect<S extends WebSocket>(url: string | URL, open: (url: string) => S): S {
    return connect(this, url, open);
  }

  /** Negotiates a peer connection with the agent: `exchange` gets the headers for its requests. */
  negotiate<T>(peer: RTCPeerConnection, exchange: (headers: Carrier) => Promise<T>): Promise<T> {
    return negotiate(this, peer, exchange);
  }

  /** Watches what plays the agent's voice: an element, or the last node of Web Audio before the destination. */
  watchPlayback(target: HTMLMediaElement | AudioNode): void {
    guarded(() => {
      if (target instanceof HTMLMediaElement) this.undo.push(watchElement(target, new Playback(this, "element")));
      else if (target instanceof AudioNode) this.undo.push(watchNode(target, new Playback(this, "audio_node")));
      else tell("watchPlayback takes an <audio> or <video> element or an AudioNode; use playback() for anything else");
    });
  }

  /** For a player that is neither: the page tells itself what is heard. */
  playback(): Playback {
    const playback = new Playback(this, "program");
    this.undo.push(() => { playback.resumed(); });
    return playback;
  }

  /** For requests to the agent by other ways: the ids as headers. */
  get headers(): Carrier {
    return guarded(() => carrierOf(this.spans.context, this.conversationId)) ?? {};
  }

  /** The user hung up. What is called afterwards does no harm, and log records still find their call. */
  end(): void {
    this.close("completed");
  }

  /** The call is over, however that came. */
  close(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    for (const undo of this.undo.splice(0)) guarded(undo);
    guarded(() => {
      this.span.setAttributes({ [VOICE_CLIENT_OUTCOME]: outcome, [VOICE_CLIENT_STALLS]: this.stalls }).end();
      this.ended(this);
    });
  }

  /** @internal A connection stands: from now on the user waits for a sound. */
  connected(): void {
    if (this.waitingSince !== undefined) this.waitingSince = Date.now();
  }

  /** @internal */
  atEnd(undo: () => void): void {
    this.undo.push(undo);
  }

  /** @internal */
  waitsSince(): number | undefined {
    return this.waitingSince;
  }

  /** @internal */
  heard(): void {
    this.waitingSince = undefined;
  }

  /** @internal */
  stalled(): void {
    this.stalls++;
  }
}
