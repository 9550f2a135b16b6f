"""Streams of Google Cloud's speech recognition, of both versions and in both colours, as a program would use them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from inspect import isawaitable
from typing import Any, NamedTuple

from google.cloud import speech_v1, speech_v2

from otel_voice.simulators.audio import synthesize
from tests.providers.google_cloud_calls import RATE, chunks, client, options

# So little that all of it is under way before the first answer. A stream that ends while it is written to tells an
# error of its own, or that of its end, whichever is first.
SPEECH = synthesize("I would like a table for two.", RATE) + bytes(RATE * 2)
"""Somebody says something, and is silent for a second."""
TALK = chunks(SPEECH)


class Variant(NamedTuple):
    """One way to recognise speech as it is spoken."""

    package: str
    colour: str

    def __str__(self) -> str:
        return f"{self.package}-{self.colour or 'Sync'}"

    def requests(self, audio: Iterable[bytes], **asked: bool) -> Iterator[Any]:
        """The configuration, and the audio."""
        yield self.configuration(**asked)
        for chunk in audio:
            yield self.request(chunk)

    def request(self, audio: bytes) -> Any:
        """A piece of audio."""
        if self.package == "speech_v2":
            return speech_v2.StreamingRecognizeRequest(audio=audio)
        return speech_v1.StreamingRecognizeRequest(audio_content=audio)

    def configuration(self, words: bool = True, interim: bool = True, activity: bool = False) -> Any:
        """The first request of a stream."""
        decoding: dict[str, Any] = {"encoding": "LINEAR16", "sample_rate_hertz": RATE}
        if self.package == "speech_v2":
            config = {
                "explicit_decoding_config": {**decoding, "audio_channel_count": 1},
                "model": "chirp_2",
                "language_codes": ["en-US"],
                "features": {"enable_word_time_offsets": words},
            }
            features = {"interim_results": interim, "enable_voice_activity_events": activity}
            return speech_v2.StreamingRecognizeRequest(
                recognizer="projects/p/locations/global/recognizers/_",
                streaming_config={"config": config, "streaming_features": features},
            )
        config = {**decoding, "model": "chirp_2", "language_code": "en-US", "enable_word_time_offsets": words}
        return speech_v1.StreamingRecognizeRequest(
            streaming_config={
                "config": config,
                "interim_results": interim,
                "enable_voice_activity_events": activity,
            }
        )

    async def open(self, requests: Iterable[Any], directives: str = "", **others: Any) -> Any:
        """A stream, with the first answer in a synchronous one."""
        made = client(self.package, self.colour, others.pop("port", None))
        if self.colour:
            return await made.streaming_recognize(requests=_async(requests), **options(directives, **others))
        if self.package == "speech_v2":
            return made.streaming_recognize(requests=iter(requests), **options(directives, **others))
        # The helper of v1 keeps metadata to itself; below it is the generated client.
        generated = type(made).__mro__[2].streaming_recognize
        return generated(made, requests=iter(requests), **options(directives, **others))

    async def open_endless(self, directives: str, hung_up: threading.Event, silent: Any = None) -> Any:
        """A stream on which somebody is silent in the middle of a sentence, until the line is closed.

        An asynchronous one sets `silent` when what was said has been sent: gRPC cannot be cancelled while it sends.
        """
        spoken = list(self.requests(TALK[:60]))
        made = client(self.package, self.colour)
        if self.colour:
            return await made.streaming_recognize(requests=_async_endless(spoken, silent), **options(directives))
        return await self.open(_endless(spoken, hung_up), directives)


VARIANTS = [Variant(package, colour) for package in ("speech_v1", "speech_v2") for colour in ("", "Async")]


def _endless(requests: Iterable[Any], hung_up: threading.Event) -> Iterator[Any]:
    yield from requests
    hung_up.wait(20)


async def _async_endless(requests: Iterable[Any], silent: asyncio.Event | None) -> AsyncIterator[Any]:
    for request in requests:
        yield request
    if silent is not None:
        silent.set()
    await asyncio.Event().wait()


async def _async(requests: Iterable[Any]) -> AsyncIterator[Any]:
    for request in requests:
        yield request


async def read(stream: Any, seen: Callable[[Any], Any] = lambda answer: None) -> list[Any]:
    """All answers of a stream of either colour."""
    answers = []
    if hasattr(stream, "__aiter__"):
        async for answer in stream:
            seen(answer)
            answers.append(answer)
        return answers
    for answer in stream:
        seen(answer)
        answers.append(answer)
    return answers


async def settled(value: Any) -> Any:
    """The value, awaited where it must be."""
    return await value if isawaitable(value) else value
