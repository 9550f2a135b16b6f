"""The AssemblyAI SDK, 0.41 to 1.x: the table of its patch points.

Its streaming clients open a connection through a function of their module and read it on a thread or a task of their
own. They hand a refusal to a callback, so that it can be seen only there.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, awaited_connection, call, connection
from otel_voice.capture.shapes.future import future
from otel_voice.providers.assemblyai_listen import Turns
from otel_voice.providers.assemblyai_prerecorded import Transcription

_STREAMING = "assemblyai.streaming.v3"
_RECORDED = "assemblyai.prerecorded.v2"
_RECORDED_0 = "assemblyai.transcriber"

PROVIDER = Provider(
    name="assemblyai",
    package="assemblyai",
    distribution="assemblyai",
    since="0.41",
    before="2",
    points=(
        Point(f"{_STREAMING}.client", "websocket_connect", connection, Turns),
        Point(f"{_STREAMING}.async_client", "websocket_connect_async", awaited_connection, Turns, since="1"),
        Point(f"{_RECORDED}.client", "Transcriber.transcribe", call, Transcription, since="1"),
        Point(f"{_RECORDED}.client", "Transcriber.transcribe_async", future, Transcription, since="1"),
        Point(f"{_RECORDED}.async_client", "AsyncTranscriber.transcribe", async_call, Transcription, since="1"),
        Point(_RECORDED_0, "Transcriber.transcribe", call, Transcription, until="1"),
        Point(_RECORDED_0, "Transcriber.transcribe_async", future, Transcription, until="1"),
    ),
    surfaces={
        "streaming.v3": "RealTimeTranscriber (StreamingClient), AsyncRealTimeTranscriber",
        "Transcriber": "transcribe, transcribe_async; AsyncTranscriber.transcribe",
    },
)
