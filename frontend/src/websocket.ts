// A websocket to the agent: its URL says which conversation it is, and which trace it continues.

import { carrierOf, websocketUrl } from "./carrier.js";
import { type Caller, Connection } from "./connection.js";
import { guarded } from "./guard.js";
import { errorType } from "./spans.js";

/** What `open` returns for the URL, or fails with. */
export function connect<S extends WebSocket>(caller: Caller, url: string | URL, open: (url: string) => S): S {
  const connection = guarded(() => new Connection(caller, "websocket"));
  const told = guarded(() => connection && addressed(caller, connection, url));
  let socket: S;
  try {
    socket = open(told ?? String(url));
  } catch (error) {
    guarded(() => connection?.refused(errorType(error)));
    throw error;
  }
  guarded(() => { if (connection !== undefined) follow(socket, connection); });
  return socket;
}

/** A URL that cannot be read is left to the browser, which says what is wrong with it. */
function addressed(caller: Caller, connection: Connection, url: string | URL): string | undefined {
  if (!URL.canParse(url, location.href)) return undefined;
  const told = websocketUrl(url, carrierOf(connection.context, caller.conversationId), location.href);
  connection.to(told);
  return told.href;
}

function follow(socket: WebSocket, connection: Connection): void {
  const once = { once: true };
  socket.addEventListener("open", () => { guarded(() => { connection.opened(); }); }, once);
  socket.addEventListener("close", (event) => { guarded(() => { closed(event, connection); }); }, once);
}

function closed(event: CloseEvent, connection: Connection): void {
  connection.refused(`websocket_close_${String(event.code)}`, event.code);
  if (event.wasClean) connection.closed();
  else connection.lost(event.code);
}
