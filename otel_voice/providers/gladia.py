"""The Gladia SDK, 0.4 to 2.x: the table of its patch points.

A live session asks for its address over HTTP, opens a websocket there on a thread or task of its own, and opens another
when that is lost. Both colours share the class in which a websocket comes to stand and to its end.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, call
from otel_voice.capture.shapes.claimed import async_claimed_call, claimed_call
from otel_voice.capture.shapes.noting import async_noting, noting
from otel_voice.providers.gladia_live import Begin, Close, Initiate, Leave, Open, Refuse
from otel_voice.providers.gladia_prerecorded import Job, Transcription

_LIVE = "gladiaio_sdk.v2.live"
_RECORDED = "gladiaio_sdk.v2.prerecorded"
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
        # What a recording is transcribed with is called by the program, too.
        Point(f"{_RECORDED}.client", "PreRecordedV2Client.transcribe", claimed_call, Transcription, since="1"),
        Point(f"{_RECORDED}.client", "PreRecordedV2Client.create_and_poll", call, Job, since="1"),
        Point(
            f"{_RECORDED}.async_client",
            "PreRecordedV2AsyncClient.transcribe",
            async_claimed_call,
            Transcription,
            since="1",
        ),
        Point(f"{_RECORDED}.async_client", "PreRecordedV2AsyncClient.create_and_poll", async_call, Job, since="1"),
    ),
    surfaces={
        "live_v2": "start_session, connect_session; one operation for each utterance",
        "prerecorded_v2": "transcribe, create_and_poll (one operation to the transcript)",
    },
)
