// A call while it is open: its span, its ids, and what its connections and players tell of it.

import { context as active, type Span, trace, type Tracer } from "@opentelemetry/api";

import type { Caller } from "./connection.js";
import { guarded } from "./guard.js";
import { conversationId } from "./ids.js";
import { type Loggers, Records } from "./log.js";
import {
  GEN_AI_CONVERSATION_ID,
  SESSION_ID,
  SPAN_CLIENT_CALL,
  USER_ID,
  VOICE_CLIENT_OUTCOME,
  VOICE_CLIENT_STALLS,
  VOICE_CONVERSATION_ID,
} from "./names.js";
import type { Listener } from "./playback.js";
import { type Attributes, safeAttributes } from "./safe.js";
import { Spans } from "./spans.js";

export interface CallOptions {
  /** The name of the conversation, as the agent should know it; by default one is made. */
  readonly conversationId?: string;
  readonly sessionId?: string;
  /** Not a name, an address or a number to call: those are taken out. */
  readonly userId?: string;
}

export type Outcome = "completed" | "unloaded";

export class OpenCall implements Caller, Listener {
  readonly conversationId: string;
  readonly records: Records;
  readonly spans: Spans;
  private readonly span: Span;
  private readonly undo: (() => void)[] = [];
  private waitingSince: number | undefined = Date.now();
  private stalls = 0;
  private over = false;

  constructor(tracer: Tracer, loggers: Loggers, options: CallOptions) {
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
    this.records = new Records(loggers, ids, context);
  }

  /** From now on the user waits for a sound; not once one was heard. */
  connected(): void {
    if (this.waitingSince !== undefined) this.waitingSince = Date.now();
  }

  waitsSince(): number | undefined {
    return this.waitingSince;
  }

  heard(): void {
    this.waitingSince = undefined;
  }

  stalled(): void {
    this.stalls++;
  }

  /** Has it done when the call ends; at once, when that is over. */
  atEnd(undo: () => void): void {
    if (this.over) guarded(undo);
    else this.undo.push(undo);
  }

  end(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    for (const undo of this.undo.splice(0)) guarded(undo);
    guarded(() => {
      this.span.setAttributes({ [VOICE_CLIENT_OUTCOME]: outcome, [VOICE_CLIENT_STALLS]: this.stalls }).end();
    });
  }
}
