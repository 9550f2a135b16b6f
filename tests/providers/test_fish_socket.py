"""Fish Audio over a websocket: one record for each text that is spoken while it is made, by either of its clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from fish_audio_sdk import TTSRequest
from fishaudio.types import FlushEvent, TTSConfig

from otel_voice.observation.records import Outcome, TextToSpeech
from otel_voice.providers.fish import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink, current
from tests.contract.exercises.fish import client, parts, socket
from tests.contract.matrix import observing
from tests.watch import same_moment, watched

RATE = 32000
"""Bytes a second of what is asked for."""
QUICK = "first=0,interval=0.001,chunks=4"
TEXTS = ("Your table ", "is booked for seven.")
ASKED: Any = {"format": "pcm", "sample_rate": 16000, "reference_id": "voice-7"}
Recite = Callable[..., Any]


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def base(simulators: Simulators, directives: str = QUICK) -> str:
    """The address of the simulators with directives in it."""
    return simulators.simulate(quote(directives, safe="=,"))


def newer(colour: str, address: str, *texts: Any) -> Any:
    """A text by the client."""
    given = parts(*texts) if colour else iter(texts)
    return client(colour, address).tts.stream_websocket(given, config=TTSConfig(**ASKED), model="s1")


def older(colour: str, address: str, *texts: Any) -> Any:
    """A text by the older client."""
    given = parts(*texts) if colour else iter(texts)
    return socket(colour, address).tts(TTSRequest(text="", **ASKED), given, "s1")


BOTH = pytest.mark.parametrize("recite", [newer, older])
COLOURS = pytest.mark.parametrize("colour", ["", "Async"])


async def heard(items: Any) -> list[bytes]:
    """All of it."""
    return [item async for item in items] if hasattr(items, "__anext__") else list(items)


@COLOURS
@BOTH
async def test_the_facts_of_a_synthesis(
    colour: str, recite: Recite, simulators: Simulators, sink: RecordingSink
) -> None:
    """Text, voice, model, audio, format and address are what was asked for and heard."""
    sound = b"".join(await heard(recite(colour, base(simulators), *TEXTS)))
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.COMPLETED
    assert (record.characters, record.text_content) == (len("".join(TEXTS)), "".join(TEXTS))
    assert (record.voice, record.request_model, record.streamed) == ("voice-7", "s1", True)
    assert (record.audio_format, record.sample_rate) == ("pcm", 16000)
    assert (record.audio_bytes, record.audio_seconds) == (len(sound), pytest.approx(len(sound) / RATE))
    assert record.server_port == simulators.port


@COLOURS
async def test_a_flush_is_no_text(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """It is spoken so far, and goes on as the same synthesis."""
    await heard(newer(colour, base(simulators), TEXTS[0], FlushEvent(), TEXTS[1]))
    assert sink.only(TextToSpeech).characters == len("".join(TEXTS))


@watched
@BOTH
def test_times_are_those_of_the_callers_own_clock(recite: Recite, simulators: Simulators, sink: RecordingSink) -> None:
    """First audio is the first piece the caller gets; the end, the last."""
    sink.clear()
    items = recite("", base(simulators, "first=0.05,interval=0.02,chunks=4"), *TEXTS)
    next(items)
    first = time.perf_counter_ns()
    list(items)
    ended = time.perf_counter_ns()
    record = sink.only(TextToSpeech)
    same_moment(record.first_chunk_ns, first)
    same_moment(record.ended_ns, ended)
    assert sink.first_chunks == [record]


@BOTH
async def test_what_the_program_does_to_make_its_text_is_its_own(
    recite: Recite, simulators: Simulators, sink: RecordingSink
) -> None:
    """Its generator runs while the synthesis does, and nothing of ours is current in it."""
    found: list[Any] = []

    async def text() -> Any:
        for each in TEXTS:
            found.append(current.get())
            yield each

    if recite is newer:
        items = client("Async", base(simulators)).tts.stream_websocket(text(), format="pcm")
    else:
        items = socket("Async", base(simulators)).tts(TTSRequest(text="", format="pcm"), text())
    await heard(items)
    assert found == [None, None]


@COLOURS
@BOTH
async def test_leaving_interrupts(colour: str, recite: Recite, simulators: Simulators, sink: RecordingSink) -> None:
    """The program has heard enough."""
    items = recite(colour, base(simulators, "first=0,interval=0.05,chunks=20"), *TEXTS)
    if colour:
        await anext(items)
        with suppress(BaseException):  # what the SDK's own websocket makes of being closed
            await items.aclose()
    else:
        next(items)
        items.close()
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.INTERRUPTED
    assert record.audio_bytes > 0


@COLOURS
@BOTH
@pytest.mark.parametrize("directives", ["error_after=2", "drop_after=2"])
async def test_a_failure_in_the_middle(
    colour: str, recite: Recite, directives: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The service gives up, or the connection is lost: the caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="") as caught:
        await heard(recite(colour, base(simulators, f"first=0,interval=0.01,chunks=6,{directives}"), *TEXTS))
    record = sink.only(TextToSpeech)
    assert record.outcome is Outcome.FAILED
    assert sink.errors == [caught.value]
    assert record.audio_bytes > 0


@COLOURS
@BOTH
@pytest.mark.parametrize("status", [401, 429])
async def test_a_refusal(colour: str, recite: Recite, status: int, simulators: Simulators, sink: RecordingSink) -> None:
    """The connection could not be opened: its status is that of the record."""
    with pytest.raises(Exception, match="") as caught:
        await heard(recite(colour, base(simulators, f"fail={status}"), *TEXTS))
    record = sink.only(TextToSpeech)
    assert (record.outcome, record.status_code, record.characters) == (Outcome.FAILED, status, None)
    assert sink.errors == [caught.value]


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without the text."""
    with observing(PROVIDER) as sink:
        list(newer("", base(simulators), *TEXTS))
    assert (sink.only(TextToSpeech).text_content, sink.only(TextToSpeech).characters) == (None, len("".join(TEXTS)))
