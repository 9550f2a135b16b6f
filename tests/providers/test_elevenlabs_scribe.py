"""ElevenLabs' Scribe realtime: one record for each transcript that is committed, by a silence or by the program."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import inspect
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.elevenlabs import PROVIDER
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import websocket
from tests.contract.exercises.elevenlabs import VERSION, client
from tests.contract.matrix import TIMEOUT, observing, until
from tests.providers.raw_calls import KEYS, by_aiohttp, by_asyncio, observed
from tests.watch import same_moment, watched

if VERSION < (2, 20):
    pytest.skip("ElevenLabs has Scribe realtime from 2.19 on, which spoke otherwise then", allow_module_level=True)

RATE = 16000
SAID = "I would like a table|For two people"
MODEL = "scribe_v2_realtime"
QUIET = bytes(RATE * 2)
SPEECH = synthesize("I would like a table for two.", RATE)
BY_SILENCE = {"commit_strategy": "vad", "vad_silence_threshold_secs": 0.5}


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


class Talk:
    """A connection, and what came over it."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.heard: list[tuple[str, int]] = []
        """Kinds of messages, each with the moment at which the program got it."""
        for kind in ("partial_transcript", "committed_transcript", "committed_transcript_with_timestamps", "error"):
            connection.on(kind, self._hear)

    def _hear(self, message: Any) -> None:
        self.heard.append((str(message.get("message_type")), clock.now()))

    async def says(self, audio: bytes) -> None:
        """Audio as a microphone would give it, in pieces of 20 ms."""
        for at in range(0, len(audio), RATE // 25):
            piece = base64.b64encode(audio[at : at + RATE // 25]).decode()
            await self.connection.send({"audio_base_64": piece})

    async def hears(self, kind: str, times: int = 1) -> int:
        """When a message of this kind came for so many times."""
        await until(lambda: [heard for heard, _ in self.heard].count(kind) >= times, kind)
        return [at for heard, at in self.heard if heard == kind][times - 1]


def options(**asked: Any) -> dict[str, Any]:
    """What `connect` is asked for, in the SDK's own words."""
    from elevenlabs.realtime.scribe import AudioFormat, CommitStrategy

    if "commit_strategy" in asked:
        asked["commit_strategy"] = CommitStrategy(asked["commit_strategy"])
    return {"model_id": MODEL, "audio_format": AudioFormat.PCM_16000, "sample_rate": RATE, **asked}


@asynccontextmanager
async def listening(
    simulators: Simulators, directives: str = f"transcript={SAID}", **asked: Any
) -> AsyncIterator[Talk]:
    """A connection that stands."""
    realtime = client("Async", simulators.url, TIMEOUT).speech_to_text.realtime
    realtime.base_url = websocket(simulators.simulate(quote(f"first=0,{directives}", safe="=,")))
    connection = await realtime.connect(options(**asked))
    try:
        yield Talk(connection)
    finally:
        await connection.close()


async def test_each_committed_transcript_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The service commits where it hears a silence; what was asked for and where is read."""
    async with listening(simulators, language_code="en", **BY_SILENCE) as talk:
        await talk.says((SPEECH + QUIET) * 2)
        await talk.hears("committed_transcript", 2)
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]
    record = sink.records[0]
    assert isinstance(record, SpeechToText)
    assert (record.provider, record.request_model, record.language) == ("elevenlabs", MODEL, "en")
    assert (record.audio_format, record.sample_rate, record.words) == ("pcm", RATE, 5)
    assert record.interim_results > 0
    assert record.speech_end_source == "final_transcript"
    assert record.session_id
    assert record.server_port == simulators.port
    assert sink.opened == sink.closed
    assert [record.conversation for record in sink.records] == sink.opened * 2


@watched
async def test_times_of_words_tell_when_speech_ended(simulators: Simulators, sink: RecordingSink) -> None:
    """Where they are asked for, a transcript is committed twice, and is one record; its end is the caller's."""
    from elevenlabs.realtime.scribe import ScribeRealtime

    if "include_timestamps" not in inspect.signature(ScribeRealtime._build_websocket_url).parameters:
        pytest.skip("this version cannot ask for times")
    sink.clear()
    async with listening(simulators, "transcript=Hello there", include_timestamps=True, **BY_SILENCE) as talk:
        await talk.says(SPEECH)
        spoken = clock.now()
        await asyncio.sleep(0.3)
        await talk.says(QUIET)
        ended = await talk.hears("committed_transcript_with_timestamps")
    record = sink.only(SpeechToText)
    assert (record.speech_end_source, record.words, record.transcript_content) == ("word_offsets", 2, "Hello there")
    same_moment(record.ended_ns, ended)
    assert (record.speech_ended_ns or 0) <= spoken
    # A checkpoint of the audio is a tenth of a second, and the last letter a rest.
    same_moment(record.speech_ended_ns, spoken, 200_000_000)


async def test_the_program_may_commit(simulators: Simulators, sink: RecordingSink) -> None:
    """Without a silence the program says that the user is done, and is believed."""
    async with listening(simulators) as talk:
        await talk.says(SPEECH)
        await talk.connection.commit()
        committed = clock.now()
        await talk.hears("committed_transcript")
    record = sink.only(SpeechToText)
    assert record.speech_end_source == "caller"
    assert (record.speech_ended_ns or 0) <= committed
    assert record.finalization is not None


async def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program closes the connection in the middle of an utterance."""
    async with listening(simulators) as talk:
        await talk.says(SPEECH)
        await talk.hears("partial_transcript")
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


@pytest.mark.parametrize("accident", ["drop_after=3", "error_after=2"])
async def test_what_fails_fails_the_utterance(simulators: Simulators, sink: RecordingSink, accident: str) -> None:
    """The connection is lost, or the service says that it cannot go on."""
    async with listening(simulators, f"transcript={SAID},{accident}") as talk:
        with contextlib.suppress(Exception):  # the connection may be gone before everything was said
            await talk.says(SPEECH)
        await until(lambda: sink.records, "the utterance has ended")
    assert sink.outcomes == [Outcome.FAILED]
    assert sink.records[0].error_type == ("transcriber_error" if "error" in accident else None)


@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refused_connection_is_one_failed_record(
    simulators: Simulators, sink: RecordingSink, status: int
) -> None:
    """The program gets the error itself, and no stream was opened."""
    with pytest.raises(Exception, match=str(status)) as caught:
        async with listening(simulators, f"fail={status}"):
            pass
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, sink.opened) == (Outcome.FAILED, status, [])
    assert sink.errors == [caught.value]


async def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets a record without a transcript."""
    with observing(PROVIDER) as sink:
        async with listening(simulators, **BY_SILENCE) as talk:
            await talk.says(SPEECH + QUIET)
            await talk.hears("committed_transcript")
    assert sink.only(SpeechToText).transcript_content is None


@pytest.mark.parametrize("opened", [by_asyncio, by_aiohttp], ids=lambda client: client.__name__)
async def test_without_the_sdk(simulators: Simulators, opened: Any) -> None:
    """The same from a websocket that the program opens itself; it may put its audio where it likes."""
    sink = RecordingSink()
    base = websocket(simulators.simulate("first=0,transcript=Good%20morning"))
    query = {"model_id": MODEL, "audio_format": "pcm_16000"}
    with observed(sink, simulators, "elevenlabs"):
        async with opened(f"{base}/v1/speech-to-text/realtime?{urlencode(query)}", KEYS) as socket:
            chunk = {"message_type": "input_audio_chunk", "padding": "x" * 300, "commit": True}
            await socket.send(json.dumps({**chunk, "audio_base_64": base64.b64encode(SPEECH).decode()}))
            while "committed" not in await socket.receive():
                pass
    record = sink.only(SpeechToText)
    assert (record.outcome, record.speech_end_source, record.words) == (Outcome.COMPLETED, "caller", 2)


async def test_the_sdk_is_not_counted_twice(simulators: Simulators) -> None:
    """Who observes websockets leaves to the SDK's observer what the SDK opens."""
    sink = RecordingSink()
    with observed(sink, simulators, "elevenlabs", "elevenlabs"):
        async with listening(simulators) as talk:
            await talk.says(SPEECH)
            await talk.connection.commit()
            await talk.hears("committed_transcript")
    assert sink.only(SpeechToText).outcome is Outcome.COMPLETED
