"""The Gladia SDK, 0.4 to 2.x: the table of its patch points.

A live session asks for its address over HTTP, opens a websocket there on a thread or task of its own, and opens another
when that is lost. Both colours share the class in which a websocket comes to stand and to its end.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.noting import async_noting, noting
from otel_voice.providers.gladia_live import Begin, Close, Initiate, Leave, Open, Refuse

_LIVE = "gladiaio_sdk.v2.live"
_SOCKET = "gladiaio_sdk.network.websocket_client"

PROVIDER = Provider(
    name="gladia",
    package="gladiaio_sdk",
    distribution="gladiaio-sdk",
    since="0.4",
    before="3",
    points=(
        Point(f"{_LIVE}.session", "LiveV2Session.__init__", noting, Begin),
        Point(f"{_LIVE}.session", "LiveV2Session._init_session", noting, Initiate),
        Point(f"{_LIVE}.async_session", "LiveV2AsyncSession._init_session", async_noting, Initiate),
        Point(f"{_LIVE}.session", "LiveV2Session.end_session", noting, Leave),
        Point(f"{_LIVE}.async_session", "LiveV2AsyncSession.end_session", noting, Leave),
        Point(_SOCKET, "AbstractWebSocketSession._emit_open", noting, Open),
        Point(_SOCKET, "AbstractWebSocketSession._handle_error", noting, Refuse),
        Point(_SOCKET, "AbstractWebSocketSession._on_ws_close", noting, Close),
    ),
    surfaces={"live_v2": "start_session, connect_session; one operation for each utterance"},
)
