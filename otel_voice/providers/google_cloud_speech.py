"""Google Cloud Speech-to-Text: the table of its patch points.

The v1 client that programs get has helpers over the generated one, and they go through it.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, call
from otel_voice.capture.shapes.duplex import async_duplex, duplex
from otel_voice.providers.google_cloud_speech_listen import ListenOfOne, ListenOfTwo
from otel_voice.providers.google_cloud_speech_recording import Recording, RecordingOfTwo

_ONE = "google.cloud.speech_v1.services.speech"
_TWO = "google.cloud.speech_v2.services.speech"

PROVIDER = Provider(
    name="google_cloud_speech",
    package="google.cloud.speech_v1",
    distribution="google-cloud-speech",
    since="2.27",
    before="3",
    points=(
        Point(f"{_ONE}.client", "SpeechClient.recognize", call, Recording),
        Point(f"{_ONE}.client", "SpeechClient.streaming_recognize", duplex, ListenOfOne),
        Point(f"{_ONE}.async_client", "SpeechAsyncClient.recognize", async_call, Recording),
        Point(f"{_ONE}.async_client", "SpeechAsyncClient.streaming_recognize", async_duplex, ListenOfOne),
        Point(f"{_TWO}.client", "SpeechClient.recognize", call, RecordingOfTwo),
        Point(f"{_TWO}.client", "SpeechClient.streaming_recognize", duplex, ListenOfTwo),
        Point(f"{_TWO}.async_client", "SpeechAsyncClient.recognize", async_call, RecordingOfTwo),
        Point(f"{_TWO}.async_client", "SpeechAsyncClient.streaming_recognize", async_duplex, ListenOfTwo),
    ),
    surfaces={"v1, v2": "recognize, streaming_recognize (one operation for each final result)"},
)
