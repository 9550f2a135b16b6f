// One call of the user with the agent, as a page has it in its hands.

import { type Carrier, carrierOf } from "./carrier.js";
import { guarded, tell } from "./guard.js";
import type { Log } from "./log.js";
import { microphone } from "./microphone.js";
import type { OpenCall } from "./open-call.js";
import { negotiate } from "./peer.js";
import { Playback } from "./playback.js";
import { watchElement } from "./playback-element.js";
import { watchNode } from "./playback-node.js";
import { connect } from "./websocket.js";

/** None of its methods throws or waits for telemetry; what the page's own functions answer or throw is passed on. */
export class Call {
  readonly #open: OpenCall;

  constructor(open: OpenCall) {
    this.#open = open;
  }

  get conversationId(): string {
    return this.#open.conversationId;
  }

  get log(): Log {
    return this.#open.records;
  }

  /** For requests to the agent by other ways: the ids as headers. */
  get headers(): Carrier {
    return guarded(() => carrierOf(this.#open.spans.context, this.conversationId)) ?? {};
  }

  /** Asks for the microphone by the page's own function, and gives back what that answers. */
  microphone<T>(request: () => Promise<T>): Promise<T> {
    return microphone(this.#open.spans, request);
  }

  /** Opens a websocket to the agent: `open` gets the URL with the ids that the agent continues. */
  connect<S extends WebSocket>(url: string | URL, open: (url: string) => S): S {
    return connect(this.#open, url, open);
  }

  /** Negotiates a peer connection with the agent: `exchange` gets the headers for its requests. */
  negotiate<T>(peer: RTCPeerConnection, exchange: (headers: Carrier) => Promise<T>): Promise<T> {
    return negotiate(this.#open, peer, exchange);
  }

  /** Watches what plays the agent's voice: an element, or the last node of Web Audio before the destination. */
  watchPlayback(target: HTMLMediaElement | AudioNode): void {
    guarded(() => {
      const open = this.#open;
      if (target instanceof HTMLMediaElement) open.atEnd(watchElement(target, new Playback(open, "element")));
      else if (target instanceof AudioNode) open.atEnd(watchNode(target, new Playback(open, "audio_node")));
      else tell("watchPlayback takes an <audio> or <video> element or an AudioNode; use playback() for anything else");
    });
  }

  /** For a player that is neither: the page tells itself what is heard. */
  playback(): Playback {
    const playback = new Playback(this.#open, "program");
    this.#open.atEnd(() => { playback.resumed(); });
    return playback;
  }

  /** The user hung up. What is called afterwards does no harm, and log records still find their call. */
  end(): void {
    this.#open.end("completed");
  }
}
