"""The client of `websockets`, 13.1 to 17: providers' websockets that a program opens without their SDKs."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_connection, connection
from otel_voice.providers.raw import OfConnect, OfLegacy, Raw

PROVIDER = Provider(
    name="websockets",
    package="websockets",
    distribution="websockets",
    since="13.1",
    before="18",
    points=(
        Point("websockets.asyncio.client", "connect.__await_impl__", async_connection, OfConnect, until="17.1"),
        Point("websockets.asyncio.client", "connect.connect", async_connection, OfConnect, since="17.1"),
        Point("websockets.legacy.client", "Connect.__await_impl__", async_connection, OfLegacy),
        Point("websockets.sync.client", "connect", connection, Raw),
    ),
    surfaces={
        "asyncio, sync, legacy": "connections to Deepgram, AssemblyAI, Cartesia, ElevenLabs, OpenAI Realtime, Gemini "
        "Live that no SDK opens",
    },
)
