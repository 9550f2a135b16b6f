"""Hume's Empathic Voice Interface: one record for each utterance and for each answer."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.providers.hume import PROVIDER
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import settled
from tests.contract.exercises.hume import VERSION, socket_client
from tests.contract.matrix import observing

pytestmark = pytest.mark.skipif(VERSION < (0, 14), reason="0.13 cannot be imported, and older SDKs have another one")

RATE = 16000
SAID = "I would like a table."
SPEECH = synthesize(SAID, RATE)
QUIET = bytes(RATE * 2)
HEARD = f"first=0,transcript={SAID},interval=0.001"
BOTH = pytest.mark.parametrize("colour", ["", "Async"])


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def utterances(sink: RecordingSink) -> list[SpeechToText]:
    return [record for record in sink.records if isinstance(record, SpeechToText)]


def answers(sink: RecordingSink) -> list[RealtimeResponse]:
    return [record for record in sink.records if isinstance(record, RealtimeResponse)]


class Talk:
    """A chat of either colour."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def send(self, kind: str, **fields: Any) -> None:
        from hume.empathic_voice import AudioInput, ToolResponseMessage, UserInput

        kinds: dict[str, Any] = {"audio": AudioInput, "text": UserInput, "tool": ToolResponseMessage}
        await settled(self.connection.send_publish(kinds[kind](**fields)))

    async def says(self, audio: bytes = SPEECH + QUIET) -> None:
        """Audio as a microphone gives it, in pieces of 100 ms."""
        for at in range(0, len(audio), RATE // 5):
            await self.send("audio", data=base64.b64encode(audio[at : at + RATE // 5]).decode())

    async def until(self, kind: str) -> Any:
        """The first message of this kind."""
        while True:
            message = await settled(self.connection.recv())
            if message.type == kind:
                return message


@asynccontextmanager
async def talking(
    colour: str, simulators: Simulators, directives: str = HEARD, raw: bool = False, **more: Any
) -> AsyncIterator[Talk]:
    """A chat that has begun."""
    chat = socket_client(colour, simulators.simulate(quote(directives, safe="=,"))).empathic_voice.chat
    settings = {"audio": {"encoding": "linear16", "sample_rate": RATE, "channels": 1}, "voice_id": "voice-7"}
    manager = (chat.with_raw_response if raw else chat).connect(config_id="config-7", session_settings=settings, **more)
    connection = await manager.__aenter__() if colour else manager.__enter__()
    try:
        yield Talk(connection)
    finally:
        await settled(manager.__aexit__(None, None, None) if colour else manager.__exit__(None, None, None))


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
@BOTH
async def test_an_exchange_is_an_utterance_and_an_answer(
    colour: str, raw: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """All that the service tells of both is read, and the user's words end where it says."""
    async with talking(colour, simulators, f"{HEARD},reply=Good", raw) as talk:
        await talk.says()
        await talk.until("assistant_end")
    (said,), (told,) = utterances(sink), answers(sink)
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert (said.provider, said.transcript_content, said.words, said.language) == ("hume", SAID, 5, "en")
    assert (said.audio_format, said.sample_rate, said.speech_end_source) == ("linear16", RATE, "word_offsets")
    assert said.started_ns <= (said.speech_ended_ns or 0) <= (said.final_ns or 0)
    assert (told.provider, told.agent_id, told.voice) == ("hume", "config-7", "voice-7")
    assert told.output_content == [{"role": "assistant", "content": "Good"}]
    assert (told.audible, told.answers, told.asked_ns) == (True, said, said.speech_ended_ns)
    assert told.audio_bytes > len("Good") * 1000
    assert told.session_id == said.session_id
    assert told.session_id and told.request_id
    assert told.server_port == simulators.port
    assert told.conversation is said.conversation is sink.opened[0]
    assert sink.opened == sink.closed


@BOTH
async def test_a_transcript_as_it_grows(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Where the program asks for what is not final, it is counted, and the last one counts."""
    async with talking(colour, simulators, verbose_transcription=True) as talk:
        await talk.says()
        await talk.until("assistant_end")
    (said,) = utterances(sink)
    assert said.interim_results > 0
    assert said.transcript_content == SAID


@BOTH
async def test_what_was_put_in_writing_is_answered(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """It is no utterance, and opens a turn all the same."""
    async with talking(colour, simulators) as talk:
        await talk.send("text", text="A table for two.")
        await talk.until("assistant_end")
    assert utterances(sink) == []
    assert [record.opens_turn for record in answers(sink)] == [True]


@BOTH
async def test_speaking_over_an_answer_cuts_it_short(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The service says so, and what is left of the answer does not come."""
    long = f"first=0,interval=5,chunks=3,transcript={SAID}|No wait,reply=word word word"
    async with talking(colour, simulators, long) as talk:
        await talk.says()
        await talk.until("audio_output")
        await talk.says()
        await talk.until("user_interruption")
        await talk.until("audio_output")
    first = answers(sink)[0]
    assert (first.outcome, first.interrupted_by) == (Outcome.INTERRUPTED, "user_speech")
    assert len(utterances(sink)) == 2


async def test_a_tool_is_asked_for_and_answered(simulators: Simulators, sink: RecordingSink) -> None:
    """The answer that asks is told when it has, and the next one carries the result."""
    async with talking("Async", simulators, f"{HEARD},tool=book_appointment") as talk:
        await talk.says()
        call = await talk.until("tool_call")
        await talk.send("tool", tool_call_id=call.tool_call_id, content="booked")
        await talk.until("assistant_end")
    asking, telling = answers(sink)
    assert [(tool.call_id, tool.name) for tool in asking.tool_calls] == [(call.tool_call_id, call.name)]
    assert [(tool.call_id, tool.result) for tool in telling.tool_results] == [(call.tool_call_id, "booked")]
    assert (asking.audible, telling.audible) == (False, True)


@BOTH
async def test_an_error_that_comes_as_a_message(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The service says why it cannot go on: one failed record."""
    async with talking(colour, simulators, f"{HEARD},error_after=0") as talk:
        await talk.says()
        await talk.until("error")
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.FAILED]
    assert sink.records[-1].error_type == "transcription_failure"


@BOTH
async def test_a_lost_connection_fails_the_answer(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="") as caught:
        async with talking(colour, simulators, f"{HEARD},reply={'word ' * 40},drop_after=5") as talk:
            await talk.says()
            await talk.until("assistant_end")
    (told,) = answers(sink)
    assert told.outcome is Outcome.FAILED
    assert sink.errors[-1] is caught.value


@BOTH
async def test_leaving_interrupts(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The program hangs up in the middle of an answer."""
    async with talking(colour, simulators, f"first=0,interval=5,chunks=3,transcript={SAID}") as talk:
        await talk.says()
        await talk.until("audio_output")
    assert [record.outcome for record in answers(sink)] == [Outcome.INTERRUPTED]
    assert sink.opened == sink.closed


@BOTH
async def test_a_refused_connection_is_one_failed_record(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """Nothing could be said; the caller's own exception is the error of the record."""
    with pytest.raises(Exception, match="") as caught:
        async with talking(colour, simulators, "fail=401"):
            raise AssertionError("it was not refused")
    (told,) = answers(sink)
    assert (told.outcome, told.status_code) == (Outcome.FAILED, 401)
    assert sink.errors == [caught.value]


async def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """A sink that does not want content gets records without words."""
    with observing(PROVIDER) as sink:
        async with talking("Async", simulators) as talk:
            await talk.says()
            await talk.until("assistant_end")
    (said,), (told,) = utterances(sink), answers(sink)
    assert (said.transcript_content, told.output_content, said.words) == (None, None, 5)
