"""Deepgram's Voice Agent: one record for each utterance and for each answer, with what Deepgram measured of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from otel_voice.capture.observer import Call
from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.providers.deepgram_raw import Agent
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.deepgram_agent import REPORT, STARTED
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import settled, websocket
from tests.providers import raw_calls
from tests.providers.deepgram_calls import async_client, client, control, observed
from tests.watch import same_moment, watched

RATE = 16000
SAID = "I would like a table."
SPEECH = synthesize(SAID, RATE)
QUIET = bytes(RATE * 2)
HEARD = f"transcript={SAID},interval=0.001"
LONG = f"transcript={SAID}|No wait,reply=" + "word " * 40  # 12 seconds of sound
BOOKING = {"name": "book_appointment", "description": "Book a table", "parameters": {"type": "object"}}

both = pytest.mark.parametrize("colour", ["", "Async"])


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    sink = RecordingSink()
    with observed(sink):
        yield sink


def utterances(sink: RecordingSink) -> list[SpeechToText]:
    return [record for record in sink.records if isinstance(record, SpeechToText)]


def answers(sink: RecordingSink) -> list[RealtimeResponse]:
    return [record for record in sink.records if isinstance(record, RealtimeResponse)]


def settings(experimental: bool = False, **agent: Any) -> dict[str, Any]:
    """What an agent is told before the first word."""
    return {
        "experimental": experimental,
        "audio": {
            "input": {"encoding": "linear16", "sample_rate": RATE},
            "output": {"encoding": "linear16", "sample_rate": RATE, "container": "none"},
        },
        "agent": {
            "language": "en",
            "listen": {"provider": {"type": "deepgram", "model": "nova-3"}},
            "think": {"provider": {"type": "open_ai", "model": "gpt-4o-mini"}, "prompt": "Be polite.", **agent},
            "speak": {"provider": {"type": "deepgram", "model": "aura-2-thalia-en"}},
        },
    }


class Talk:
    """A connection of either colour."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def send(self, kind: str, **fields: Any) -> None:
        await settled(control(self.connection, kind, **fields))

    async def says(self, audio: bytes = SPEECH + QUIET) -> None:
        """Audio as a microphone gives it, in pieces of 20 ms."""
        for at in range(0, len(audio), RATE // 25):
            await settled(self.connection._send(audio[at : at + RATE // 25]))

    async def until(self, *kinds: str) -> Any:
        """The first message of one of these kinds; "audio" is a sound."""
        while True:
            message = await settled(self.connection.recv())
            if ("audio" if isinstance(message, bytes) else message.type) in kinds:
                return message


@asynccontextmanager
async def talking(
    colour: str, simulators: Simulators, directives: str = "first=0", raw: bool = False, **agent: Any
) -> AsyncIterator[Talk]:
    """A conversation that has begun."""
    resource = (async_client if colour else client)(simulators, directives).agent.v1
    manager = (resource.with_raw_response if raw else resource).connect()
    connection = await manager.__aenter__() if colour else manager.__enter__()
    try:
        talk = Talk(connection)
        await talk.send("Settings", **settings(**agent))
        await talk.until("SettingsApplied")
        yield talk
    finally:
        await settled(manager.__aexit__(None, None, None) if colour else manager.__exit__(None, None, None))


@pytest.mark.parametrize("raw", [False, True], ids=["client", "raw_client"])
@both
async def test_an_exchange_is_an_utterance_and_an_answer(
    colour: str, raw: bool, simulators: Simulators, sink: RecordingSink
) -> None:
    """All that the service tells of both is read, with its own measures, and nothing of their words."""
    async with talking(colour, simulators, f"{HEARD},reply=Good", raw) as talk:
        await talk.says()
        await talk.until("AgentAudioDone")
        while not answers(sink):
            await talk.says(QUIET[: RATE // 25])
    (said,), (told,) = utterances(sink), answers(sink)
    assert len(sink.started) == 2
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert (said.provider, said.request_model, said.language, said.words) == ("deepgram", "nova-3", "en", 5)
    assert (said.audio_format, said.sample_rate, said.speech_end_source) == ("linear16", RATE, "final_transcript")
    assert said.started_ns < (said.final_ns or 0)
    assert (told.provider, told.request_model, told.voice) == ("deepgram", "gpt-4o-mini", "aura-2-thalia-en")
    assert (told.audio_format, told.sample_rate, told.audio_seconds) == ("linear16", RATE, len("Good") / 16)
    assert (told.told_seconds, told.told_transcription_seconds) == (REPORT["total_latency"], REPORT["stt_latency"])
    assert (told.told_inference_seconds, told.told_synthesis_seconds) == (0.5, REPORT["tts_latency"])
    assert told.session_id == said.session_id == told.request_id
    assert told.request_id
    assert (told.server_address, told.server_port) == ("127.0.0.1", simulators.port)
    assert told.answers is said
    assert (told.audible, told.opens_turn, told.interrupted_by) == (True, False, None)
    assert told.asked_ns == said.speech_ended_ns
    assert (said.transcript_content, told.output_content, told.system_content) == (None, None, None)
    assert told.conversation is said.conversation is sink.opened[0]
    assert sink.opened == sink.closed


async def test_an_agent_may_say_its_measures_otherwise(simulators: Simulators, sink: RecordingSink) -> None:
    """Where experimental messages are asked for, they come when the agent begins to speak."""
    async with talking("", simulators, HEARD, experimental=True) as talk:
        await talk.says()
        await talk.until("AgentAudioDone")
    (told,) = answers(sink)
    measured = (told.told_seconds, told.told_inference_seconds, told.told_synthesis_seconds)
    assert measured == tuple(STARTED.values())
    assert told.told_transcription_seconds is None


async def test_content_is_kept_when_it_is_asked_for(simulators: Simulators) -> None:
    """What was said, what was answered and what the agent was told are read when somebody wants content."""
    sink = RecordingSink(wants_content=True)
    with observed(sink):
        async with talking("Async", simulators, HEARD) as talk:
            await talk.says()
            await talk.until("AgentAudioDone")
    (said,), (told,) = utterances(sink), answers(sink)
    assert said.transcript_content == SAID
    assert told.output_content == [{"role": "assistant", "content": f"You said: {SAID}"}]
    assert told.system_content == [{"type": "text", "content": "Be polite."}]


@watched
async def test_the_first_sound_is_marked_when_the_program_gets_it(simulators: Simulators, sink: RecordingSink) -> None:
    """By the program's own clock."""
    sink.clear()
    async with talking("Async", simulators, f"{HEARD},first=0.05,reply=Hi") as talk:
        await talk.says()
        await talk.until("audio")
        first = clock.now()
        await talk.until("AgentAudioDone")
        done = clock.now()
    (told,) = answers(sink)
    same_moment(told.first_chunk_ns, first)
    same_moment(told.ended_ns, done)


@both
async def test_speech_over_the_answer_cuts_it_short(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Whether it is still coming or was only being played; the next answer is another one."""
    async with talking(colour, simulators, f"{LONG},interval=0.02") as talk:
        await talk.says()
        await talk.until("audio")
        await talk.says()
        await talk.until("UserStartedSpeaking")
        (first,) = answers(sink)
        await talk.until("AgentAudioDone")
        await talk.says()
        await talk.until("UserStartedSpeaking")
        second = answers(sink)[1]
    for index, told in enumerate((first, second)):
        assert (told.outcome, told.interrupted_by) == (Outcome.INTERRUPTED, "user_speech")
        assert told.answers is utterances(sink)[index]
    assert first.audio_bytes <= second.audio_bytes


@both
async def test_tools_and_their_results_are_told(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The tools an answer asks for are told at once, and the next answer carries their results."""
    async with talking(colour, simulators, HEARD, functions=[BOOKING]) as talk:
        await talk.says()
        (call,) = (await talk.until("FunctionCallRequest")).functions
        if isinstance(call, dict):  # which SDK 6 leaves as they are on the wire
            call = SimpleNamespace(**call)
        await talk.send("FunctionCallResponse", id=call.id, name=call.name, content="booked")
        await talk.until("AgentAudioDone")
    asking, carrying = answers(sink)
    assert [(tool.name, tool.call_id) for tool in asking.tool_calls] == [("book_appointment", call.id)]
    assert [tool.call_id for tool in carrying.tool_results] == [call.id]
    assert (asking.audible, carrying.audible) == (False, True)
    assert carrying.answers is asking.answers is utterances(sink)[0]


async def test_what_the_program_writes_is_no_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """It is echoed as the user's, but nobody said it; the answer to it opens a turn."""
    async with talking("", simulators, "interval=0.001") as talk:
        await talk.send("InjectUserMessage", content="One table")
        await talk.until("AgentAudioDone")
    told = sink.only(RealtimeResponse)
    assert (told.opens_turn, told.answers, told.audible) == (True, None, True)


async def test_a_connection_lost_in_an_answer_is_a_failure(simulators: Simulators, sink: RecordingSink) -> None:
    """The transport's own error reaches the program, and the answer fails with that very object."""
    with pytest.raises(Exception) as raised:
        async with talking("", simulators, f"{LONG},interval=0.05,drop_after=10") as talk:
            await talk.says()
            await talk.until("AgentAudioDone")
    (told,) = answers(sink)
    assert (told.outcome, sink.errors[-1]) == (Outcome.FAILED, raised.value)
    assert sink.opened == sink.closed


@pytest.mark.parametrize("status", [401, 429, 500])
@both
async def test_a_refused_connection_is_a_failure(
    colour: str, status: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """The SDK's own error reaches the program, and one record fails with that very object."""
    with pytest.raises(Exception) as raised:
        async with talking(colour, simulators, f"fail={status}"):
            pass
    told = sink.only(RealtimeResponse)
    assert sink.errors == [raised.value]
    assert (told.outcome, told.status_code, told.error_type) == (Outcome.FAILED, status, str(status))
    assert sink.opened == []


async def test_an_error_that_comes_as_a_message_is_a_failure(simulators: Simulators, sink: RecordingSink) -> None:
    """It has a type and a reason."""
    async with talking("", simulators) as talk:
        await talk.send("Nonsense")
        await talk.until("Error")
        told = sink.only(RealtimeResponse)
    assert (told.outcome, told.error_type) == (Outcome.FAILED, "UNPARSABLE_CLIENT_MESSAGE")


async def test_without_the_sdk(simulators: Simulators) -> None:
    """The same from a websocket that the program opens itself."""
    sink = RecordingSink()
    base = websocket(simulators.simulate("interval=0,transcript=Hello"))
    with raw_calls.observed(sink, simulators, "deepgram"):
        async with raw_calls.by_asyncio(f"{base}/v1/agent/converse", raw_calls.KEYS) as socket:
            await socket.send(json.dumps({"type": "Settings", **settings()}))
            await socket.send(SPEECH + QUIET)
            while "AgentAudioDone" not in str(await socket.receive()):
                pass
    assert (len(utterances(sink)), len(answers(sink)), len(sink.opened)) == (1, 1, 1)
    assert answers(sink)[0].request_model == "gpt-4o-mini"


def test_later_measures_are_of_the_answer_that_is_played() -> None:
    """A report may come when all sound has come, and is of that answer still."""
    sink = RecordingSink()
    agent = Agent(sink)
    agent.opening(Call(None, ("wss://agent.deepgram.com/v1/agent/converse",), {}))
    agent.opened(None)
    agent.received(bytes(48000 * 60))
    report = {"stt_latency": 0.2, "ttt_token_latency": 0.3, "ttt_text_latency": 0.4, "total_latency": 1.1}
    for message in ({"type": "AgentAudioDone"}, {"type": "LatencyReport", **report, "tts_latency": None}):
        agent.received(json.dumps(message))
    agent.closed()
    told = sink.only(RealtimeResponse)
    assert (told.told_transcription_seconds, told.told_inference_seconds) == (0.2, 0.4)
    assert (told.told_seconds, told.told_synthesis_seconds) == (1.1, None)
