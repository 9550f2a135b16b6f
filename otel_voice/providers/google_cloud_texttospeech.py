"""Google Cloud Text-to-Speech: the table of its patch points."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, call
from otel_voice.capture.shapes.duplex import async_duplex, duplex
from otel_voice.providers.google_cloud_texttospeech_speak import Speak, Speech

_ONE = "google.cloud.texttospeech_v1.services.text_to_speech"

PROVIDER = Provider(
    name="google_cloud_texttospeech",
    package="google.cloud.texttospeech_v1",
    distribution="google-cloud-texttospeech",
    since="2.27",
    before="3",
    points=(
        Point(f"{_ONE}.client", "TextToSpeechClient.synthesize_speech", call, Speech),
        Point(f"{_ONE}.client", "TextToSpeechClient.streaming_synthesize", duplex, Speak),
        Point(f"{_ONE}.async_client", "TextToSpeechAsyncClient.synthesize_speech", async_call, Speech),
        Point(f"{_ONE}.async_client", "TextToSpeechAsyncClient.streaming_synthesize", async_duplex, Speak),
    ),
    surfaces={"v1": "synthesize_speech, streaming_synthesize (from the first text to the last audio)"},
)
