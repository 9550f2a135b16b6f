"""Amazon Transcribe's streaming SDK, amazon-transcribe 0.6: the table of its patch point."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.events import async_events
from otel_voice.providers.transcribe_listen import Listen

PROVIDER = Provider(
    name="transcribe",
    package="amazon_transcribe",
    distribution="amazon-transcribe",
    since="0.6",
    before="0.7",
    points=(
        Point("amazon_transcribe.client", "TranscribeStreamingClient.start_stream_transcription", async_events, Listen),
    ),
    surfaces={"TranscribeStreamingClient": "start_stream_transcription (one operation for each final result)"},
)
