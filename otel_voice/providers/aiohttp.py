"""The client of `aiohttp`, 3.9 to 3.x: providers' websockets that a program opens without their SDKs."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_connection
from otel_voice.providers.raw import OfSession

PROVIDER = Provider(
    name="aiohttp",
    package="aiohttp",
    distribution="aiohttp",
    since="3.9",
    before="4",
    points=(Point("aiohttp.client", "ClientSession._ws_connect", async_connection, OfSession),),
    surfaces={
        "ws_connect": "connections to Deepgram, AssemblyAI, Cartesia, ElevenLabs, OpenAI Realtime and Gemini Live that "
        "no SDK opens",
    },
)
