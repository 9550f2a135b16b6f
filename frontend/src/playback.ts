// What the user heard of the answer: the first sound of the call, and the gaps in what is played.

import type { Span } from "@opentelemetry/api";

import { guarded } from "./guard.js";
import { SPAN_CLIENT_FIRST_AUDIO, SPAN_CLIENT_STALL, VOICE_CLIENT_PLAYBACK_SOURCE, VOICE_CLIENT_STALL_REASON } from "./names.js";
import { safeText } from "./safe.js";
import type { Spans } from "./spans.js";

export type PlaybackSource = "element" | "audio_node" | "program";

/** What a call knows of all its playback. */
export interface Listener {
  readonly spans: Spans;
  /** Since when the user waits for a sound, in milliseconds of Unix time; undefined when one was heard. */
  waitsSince(): number | undefined;
  /** A sound was heard. */
  heard(): void;
  stalled(): void;
}

/** None of its methods waits or throws; each may be called as often as it happens. */
export class Playback {
  private begun = false;
  private stall: Span | undefined;

  constructor(
    private readonly listener: Listener,
    private readonly source: PlaybackSource,
  ) {}

  /** A sound is heard, or was `ago` milliseconds before; a negative time is one that is still to come. */
  heard(ago = 0): void {
    guarded(() => {
      this.begun = true;
      this.endStall();
      const since = this.listener.waitsSince();
      if (since === undefined) return;
      this.listener.heard();
      const attributes = { [VOICE_CLIENT_PLAYBACK_SOURCE]: this.source };
      const span = this.listener.spans.start(SPAN_CLIENT_FIRST_AUDIO, attributes, undefined, since);
      span.end(Math.max(Date.now() - ago, since));
    });
  }

  /** The sound stopped where it should go on. Nothing before the first sound is a stall. */
  stalled(reason = "buffering"): void {
    guarded(() => {
      if (!this.begun || this.stall !== undefined) return;
      this.listener.stalled();
      const attributes = { [VOICE_CLIENT_STALL_REASON]: safeText(reason, 64), [VOICE_CLIENT_PLAYBACK_SOURCE]: this.source };
      this.stall = this.listener.spans.start(SPAN_CLIENT_STALL, attributes);
    });
  }

  /** It goes on, or it is over. */
  resumed(): void {
    guarded(() => { this.endStall(); });
  }

  private endStall(): void {
    this.stall?.end();
    this.stall = undefined;
  }
}
