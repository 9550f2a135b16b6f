"""The servers of `websockets`, 13 to 17: asyncio, synchronous, legacy. Every connection is a conversation."""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.ingress.websockets_handshake import answering, answering_legacy, closing, shaking, shaking_async

PROVIDER = Provider(
    name="websockets_server",
    package="websockets",
    distribution="websockets",
    since="13",
    before="18",
    points=(
        Point("websockets.asyncio.server", "ServerConnection.handshake", shaking_async, Observer),
        Point("websockets.sync.server", "ServerConnection.handshake", shaking, Observer),
        Point("websockets.sync.server", "ServerConnection.close", closing, Observer),
        Point("websockets.server", "ServerProtocol.send_response", answering, Observer),
        Point("websockets.legacy.server", "WebSocketServerProtocol.write_http_response", answering_legacy, Observer),
    ),
)
