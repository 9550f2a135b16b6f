// A peer connection (WebRTC) to the agent: the exchange of descriptions carries the ids, the media come later.

import { carrierOf, type Carrier } from "./carrier.js";
import { type Caller, Connection } from "./connection.js";
import { guarded } from "./guard.js";
import { errorType } from "./spans.js";

/** What `exchange` answers, or fails with. It is given the headers that its requests to the agent should have. */
export async function negotiate<T>(
  caller: Caller,
  peer: RTCPeerConnection,
  exchange: (headers: Carrier) => Promise<T>,
): Promise<T> {
  const connection = guarded(() => new Connection(caller, "webrtc"));
  guarded(() => { if (connection !== undefined) follow(caller, peer, connection); });
  const headers = guarded(() => connection && carrierOf(connection.context, caller.conversationId));
  try {
    return await exchange(headers ?? {});
  } catch (error) {
    guarded(() => connection?.refused(errorType(error), undefined, error instanceof Error ? error.message : undefined));
    throw error;
  }
}

function follow(caller: Caller, peer: RTCPeerConnection, connection: Connection): void {
  const changed = (): void => {
    guarded(() => {
      if (peer.connectionState === "connected") connection.opened();
      if (peer.connectionState === "closed") connection.closed();
      if (peer.connectionState !== "failed") return;
      connection.refused("ice_failed");
      connection.lost();
    });
  };
  peer.addEventListener("connectionstatechange", changed);
  caller.atEnd(() => { peer.removeEventListener("connectionstatechange", changed); });
}
