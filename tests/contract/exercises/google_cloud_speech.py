"""Google Cloud Speech-to-Text: recordings, in both versions of the interface.

A stream holds many utterances, so that it is driven in `tests/providers/test_google_cloud_speech_stream*`.
"""

from __future__ import annotations

from typing import Any

from otel_voice.providers.google_cloud_speech import PROVIDER
from tests.contract.exercises import Exercise, Whole
from tests.providers.google_cloud_calls import client, of_base, options

_RECORDING = b"\1\2" * 16000
_DECODING = {"encoding": "LINEAR16", "sample_rate_hertz": 16000}
UNREACHABLE = {
    str(point): "a stream is not one operation: driven in tests/providers/test_google_cloud_speech_stream*"
    for point in PROVIDER.points
    if point.target.endswith(".streaming_recognize")
}


def _exercises(colour: str) -> list[Exercise]:
    def one(base: str, timeout: float) -> Any:
        port, directives = of_base(base)
        return client("speech_v1", colour, port).recognize(
            config={**_DECODING, "language_code": "en-US"},
            audio={"content": _RECORDING},
            **options(directives, timeout),
        )

    def two(base: str, timeout: float) -> Any:
        port, directives = of_base(base)
        return client("speech_v2", colour, port).recognize(
            request={
                "recognizer": "projects/p/locations/global/recognizers/_",
                "config": {"explicit_decoding_config": {**_DECODING, "audio_channel_count": 1}, "model": "chirp_2"},
                "content": _RECORDING,
            },
            **options(directives, timeout),
        )

    name = f"{'async_' if colour else ''}client:Speech{colour}Client.recognize"
    return [
        Whole(f"google.cloud.speech_v1.services.speech.{name}", one),
        Whole(f"google.cloud.speech_v2.services.speech.{name}", two),
    ]


EXERCISES = [exercise for colour in ("", "Async") for exercise in _exercises(colour)]
