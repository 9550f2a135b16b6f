// What the agent is told, so that its trace continues the browser's: as headers, or in the URL of a websocket, which
// cannot have any.

import { type Context, defaultTextMapSetter } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";

const CONVERSATION = "x-conversation-id";
const propagator = new W3CTraceContextPropagator();

/** `traceparent` and `x-conversation-id`. */
export type Carrier = Record<string, string>;

export function carrierOf(context: Context, conversationId: string): Carrier {
  const carrier: Carrier = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  const { traceparent } = carrier;
  return { ...(traceparent === undefined ? {} : { traceparent }), [CONVERSATION]: conversationId };
}

/** The URL of a websocket with the carrier in its query; raises TypeError for what is no URL. */
export function websocketUrl(url: string | URL, carrier: Carrier, base?: string): URL {
  const found = new URL(url, base);
  found.protocol = found.protocol.replace(/^http/, "ws");
  for (const [name, value] of Object.entries(carrier)) found.searchParams.set(name, value);
  return found;
}
