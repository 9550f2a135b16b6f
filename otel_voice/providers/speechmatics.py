"""The Speechmatics real-time SDK, 0.5 to 1.x: the table of its patch points.

What is built on it (speechmatics-voice, speechmatics-agent-stt) goes through the same transport. `speechmatics` is a
namespace of several distributions.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_connecting
from otel_voice.providers.speechmatics_listen import Listen

PROVIDER = Provider(
    name="speechmatics",
    package="speechmatics.rt",
    distribution="speechmatics-rt",
    since="0.5",
    before="2",
    points=(Point("speechmatics.rt._transport", "Transport.connect", async_connecting, Listen),),
    surfaces={"AsyncClient": "start_session, transcribe; one span an utterance"},
)
