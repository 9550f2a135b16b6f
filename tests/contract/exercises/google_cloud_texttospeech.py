"""Google Cloud Text-to-Speech: whole, and as a stream of texts against a stream of audio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from google.cloud import texttospeech_v1 as texttospeech

from tests.contract.exercises import SECRET, Exercise, Streamed, Whole
from tests.providers.google_cloud_calls import client, of_base, options

_MODULE = "google.cloud.texttospeech_v1.services.text_to_speech"
_VOICE = {"language_code": "en-US", "name": "en-US-Chirp3-HD-Kore"}
_TEXTS = (SECRET[:12], SECRET[12:])


def _whole(colour: str, base: str, timeout: float) -> Any:
    port, directives = of_base(base)
    return client("texttospeech_v1", colour, port).synthesize_speech(
        input={"text": SECRET},
        voice=_VOICE,
        audio_config={"audio_encoding": "LINEAR16", "sample_rate_hertz": 16000},
        **options(directives, timeout),
    )


def _streamed(colour: str, base: str, timeout: float) -> Any:
    port, directives = of_base(base)
    asked = _async_requests() if colour else _requests()
    return client("texttospeech_v1", colour, port).streaming_synthesize(requests=asked, **options(directives, timeout))


def _requests() -> Iterator[Any]:
    audio = {"audio_encoding": "PCM", "sample_rate_hertz": 16000}
    yield texttospeech.StreamingSynthesizeRequest(streaming_config={"voice": _VOICE, "streaming_audio_config": audio})
    for text in _TEXTS:
        yield texttospeech.StreamingSynthesizeRequest(input={"text": text})


async def _async_requests() -> AsyncIterator[Any]:
    for request in _requests():
        yield request


class Cancelled:
    """A stream that has no `close`: cancelling its call is how a program closes it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Any:
        return iter(self._stream)

    def close(self) -> None:
        self._stream.cancel()


class AsyncCancelled:
    """The same for an asynchronous one."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __aiter__(self) -> Any:
        return aiter(self._stream)

    async def aclose(self) -> None:
        self._stream.cancel()


def _exercises(colour: str) -> list[Exercise]:
    def plain(base: str, timeout: float) -> Any:
        return _whole(colour, base, timeout)

    def streamed(base: str, timeout: float) -> Any:
        return _streamed(colour, base, timeout)

    point = f"{_MODULE}.{'async_' if colour else ''}client:TextToSpeech{colour}Client"
    left = AsyncCancelled if colour else Cancelled
    return [
        Whole(f"{point}.synthesize_speech", plain),
        Streamed(f"{point}.streaming_synthesize", streamed, left, rewords_errors=not colour),
    ]


EXERCISES = [exercise for colour in ("", "Async") for exercise in _exercises(colour)]
