"""ElevenLabs Agents: one record for each utterance and for each answer, and what the user heard of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.providers.elevenlabs import PROVIDER
from otel_voice.providers.elevenlabs_agent import Agent
from otel_voice.providers.realtime_answer import Answer
from otel_voice.simulators.elevenlabs_agent import PING_MILLISECONDS
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.exercises import websocket
from tests.contract.exercises.elevenlabs import VERSION
from tests.contract.matrix import observing, until
from tests.providers.raw_calls import by_aiohttp, observed
from tests.watch import same_moment, watched

if VERSION < (2, 11):
    pytest.skip("the conversation of older versions has no place where it can be observed", allow_module_level=True)

from tests.providers.elevenlabs_agent_calls import AGENT, CAN_WRITE, QUIET, RATE, SPEECH, talking

SAID = "I would like a table."
HEARD = f"transcript={SAID},interval=0.001"
LONG = f"transcript={SAID}|No wait,reply=" + "word " * 40  # 12 seconds of sound

both = pytest.mark.parametrize("colour", ["", "Async"])


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER) as sink:
        yield sink


def utterances(sink: RecordingSink) -> list[SpeechToText]:
    return [record for record in sink.records if isinstance(record, SpeechToText)]


def answers(sink: RecordingSink) -> list[RealtimeResponse]:
    return [record for record in sink.records if isinstance(record, RealtimeResponse)]


@both
async def test_an_exchange_is_an_utterance_and_an_answer(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """All that the service tells of both is read, and nothing of their words."""
    override = {"agent": {"language": "en", "prompt": {"prompt": "Be polite.", "llm": "gemini-2.5-flash"}}}
    async with talking(colour, simulators, f"{HEARD},reply=Good", tts={"voice_id": "v-7"}, **override) as talk:
        await until(lambda: talk.latencies, "the service has measured the way")
        await talk.says()
        await talk.hears()
        while not answers(sink):
            await talk.says(QUIET[: RATE // 25])
    (said,), (told,) = utterances(sink), answers(sink)
    assert len(sink.started) == 2
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert (said.provider, said.language, said.words) == ("elevenlabs", "en", 5)
    assert said.interim_results > 0
    assert (said.audio_format, said.sample_rate, said.speech_end_source) == ("pcm", RATE, "final_transcript")
    assert (told.provider, told.request_model, told.voice) == ("elevenlabs", "gemini-2.5-flash", "v-7")
    assert (told.agent_id, told.round_trip_seconds) == (AGENT, PING_MILLISECONDS / 1000)
    assert (told.audio_format, told.sample_rate, told.audio_seconds) == ("pcm", RATE, len("Good") / 16)
    assert told.session_id == said.session_id == talk.conversation._conversation_id
    assert (told.server_address, told.server_port) == ("127.0.0.1", simulators.port)
    assert told.answers is said
    assert (told.audible, told.opens_turn, told.interrupted_by) == (True, False, None)
    assert (said.transcript_content, told.output_content, told.system_content) == (None, None, None)
    assert told.conversation is said.conversation is sink.opened[0]
    assert sink.opened == sink.closed


@both
async def test_content_is_kept_when_it_is_asked_for(colour: str, simulators: Simulators) -> None:
    """What was said, what was answered and what the agent was told are read when somebody wants content."""
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        async with talking(colour, simulators, HEARD, agent={"prompt": {"prompt": "Be polite."}}) as talk:
            await talk.says()
            await talk.hears()
    (said,), (told,) = utterances(sink), answers(sink)
    assert said.transcript_content == SAID
    assert told.output_content == [{"role": "assistant", "content": f"You said: {SAID}"}]
    assert told.system_content == [{"type": "text", "content": "Be polite."}]


@both
@watched
async def test_the_first_sound_is_marked_when_the_program_gets_it(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """By the program's own clock; it was asked for when the user had said it."""
    sink.clear()
    async with talking(colour, simulators, f"{HEARD},first=0.05") as talk:
        await talk.says()
        _, first = await talk.hears()
    (said,), (told,) = utterances(sink), answers(sink)
    same_moment(told.first_chunk_ns, first)
    assert told.asked_ns == said.speech_ended_ns
    assert (told.time_to_first_chunk or 0) > 0


@both
async def test_speech_over_the_answer_cuts_it_short(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The service says that it was interrupted, and what was spoken of it; the next answer is another one."""
    async with talking(colour, simulators, f"{LONG},interval=0.1") as talk:
        await talk.says()
        await talk.hears()
        await talk.says()
        await until(lambda: len(answers(sink)) == 1, "the answer is told")
        assert talk.line.interruptions == 1
        await until(lambda: len(utterances(sink)) == 2, "the second utterance is told")
    first, second = answers(sink)
    assert (first.outcome, first.interrupted_by) == (Outcome.INTERRUPTED, "user_speech")
    assert first.answers is utterances(sink)[0]
    assert second.answers is utterances(sink)[1]
    assert utterances(sink)[1].started_ns < (utterances(sink)[1].final_ns or 0)


async def test_what_was_heard_of_it_is_its_content(simulators: Simulators) -> None:
    """The correction is what the user heard."""
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        async with talking("Async", simulators, f"{LONG},interval=0.1") as talk:
            await talk.says()
            await talk.hears()
            await talk.says()
            await until(lambda: answers(sink), "the answer is told")
    assert answers(sink)[0].output_content == [{"role": "assistant", "content": "word..."}]


@both
async def test_tools_and_their_results_are_told(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The tool an answer asks for is told at once, and the next answer carries its result."""
    async with talking(colour, simulators, f"{HEARD},tool=book_appointment") as talk:
        await talk.says()
        await talk.hears()
    asking, carrying = answers(sink)
    assert [tool.name for tool in asking.tool_calls] == ["book_appointment"]
    assert [tool.call_id for tool in carrying.tool_results] == [asking.tool_calls[0].call_id]
    assert (asking.audible, carrying.audible) == (False, True)
    assert carrying.answers is asking.answers is utterances(sink)[0]


@both
async def test_what_is_written_is_answered_in_writing(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Without audio the agent writes; what the user writes is no utterance, and opens a turn."""
    if not CAN_WRITE:
        pytest.skip("this version needs audio")
    async with talking(colour, simulators, "interval=0.001", written=True) as talk:
        await until(lambda: talk.conversation._conversation_id, "the conversation has begun")
        for word in ("One table", "For two"):
            sent = talk.conversation.send_user_message(word)
            if colour:
                await sent
            await until(lambda word=word: any(word in told for told in talk.told), "it is answered")
    told = answers(sink)
    assert [(record.opens_turn, record.audible, record.outcome) for record in told] == [
        (True, False, Outcome.COMPLETED)
    ] * 2
    assert all(record.time_to_first_chunk is not None for record in told)
    assert utterances(sink) == []


async def test_a_greeting_answers_nobody(simulators: Simulators, sink: RecordingSink) -> None:
    """The agent speaks first; a program that hangs up meanwhile has interrupted it."""
    greeting = {"first_message": "word " * 40}  # 12 seconds of sound
    async with talking("Async", simulators, "interval=0.001", agent=greeting) as talk:
        await talk.hears()
    told = sink.only(RealtimeResponse)
    assert (told.answers, told.asked_ns, told.opens_turn) == (None, None, False)
    assert (told.outcome, told.interrupted_by) == (Outcome.INTERRUPTED, "caller")


@both
async def test_a_lost_connection_fails_the_answer(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK ends the conversation; what was under way has failed."""
    greeting = {"first_message": "word " * 40}
    async with talking(colour, simulators, "interval=0.05,drop_after=8", agent=greeting):
        await until(lambda: sink.records, "the answer is told")
    assert sink.only(RealtimeResponse).outcome is Outcome.FAILED
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("status", [401, 429, 500])
@both
async def test_a_refused_connection_is_a_failure(
    colour: str, status: int, simulators: Simulators, sink: RecordingSink
) -> None:
    """It is one record, whatever the SDK makes of it."""
    try:
        async with talking(colour, simulators, f"fail={status}"):
            await until(lambda: sink.records, "the refusal is told")
    except Exception as error:
        assert sink.errors == [error]
    told = sink.only(RealtimeResponse)
    assert (told.outcome, told.status_code, told.error_type) == (Outcome.FAILED, status, str(status))
    assert sink.opened == []


async def test_the_sdk_is_not_counted_twice(simulators: Simulators) -> None:
    """Who observes websockets leaves to the SDK's observer what the SDK opens."""
    sink = RecordingSink()
    with observed(sink, simulators, "elevenlabs", "elevenlabs"):
        for colour in ("", "Async"):
            async with talking(colour, simulators, HEARD) as talk:
                await talk.says()
                await talk.hears()
    assert (len(utterances(sink)), len(answers(sink)), len(sink.opened)) == (2, 2, 2)


async def test_without_the_sdk(simulators: Simulators) -> None:
    """The same from a websocket that the program opens itself; its settings are read where it sends them."""
    sink = RecordingSink(wants_content=True)
    url = websocket(simulators.simulate("interval=0,reply=Good")) + f"/v1/convai/conversation?agent_id={AGENT}"
    with observed(sink, simulators, "elevenlabs"):
        async with by_aiohttp(url, {}) as socket:
            settings = {"tts": {"voice_id": "v-7"}}
            begin = {"type": "conversation_initiation_client_data", "conversation_config_override": settings}
            await socket.send(json.dumps(begin))
            await socket.send(json.dumps({"user_audio_chunk": base64.b64encode(SPEECH + QUIET).decode()}))
            while "agent_response_complete" not in await socket.receive():
                pass
    assert (len(utterances(sink)), len(sink.opened)) == (1, 1)
    (told,) = answers(sink)
    assert (told.agent_id, told.voice, told.audible) == (AGENT, "v-7", True)


class Wire:
    """An observer to which one says what would come over a connection."""

    def __init__(self, sink: RecordingSink) -> None:
        from otel_voice.capture.observer import Call

        self.agent = Agent(sink)
        self.agent.opening(Call(None, ("wss://api.elevenlabs.io/v1/convai/conversation?agent_id=a",), {}))
        self.agent.opened(None)
        formats = {"agent_output_audio_format": "pcm_16000", "user_input_audio_format": "ulaw_8000"}
        self.receives("conversation_initiation_metadata", conversation_id="c-1", **formats)

    def receives(self, kind: str, event: str | None = None, **fields: Any) -> None:
        """A message of the service."""
        self.agent.received(json.dumps({"type": kind, event or f"{kind}_event": fields}))

    def sound(self, event_id: int, size: int = 3200, **fields: Any) -> None:
        """A tenth of a second of the agent's voice."""
        self.receives("audio", audio_base_64="A" * (size // 3 * 4), event_id=event_id, **fields)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The time, which stands still."""
    time = [10**12]
    monkeypatch.setattr(clock, "now", lambda: time[0])
    yield time


def test_a_voice_is_heard_where_the_service_tells(now: list[int]) -> None:
    """Where the agent sends the scores of its detection, speech ends with the last voice, not the transcript."""
    sink = RecordingSink()
    wire = Wire(sink)
    for second, score in ((1, 0.1), (2, 0.9), (3, 0.8), (4, 0.2)):
        now[0] = second * 10**9
        wire.receives("vad_score", vad_score=score)
    now[0] = 5 * 10**9
    wire.receives("user_transcript", "user_transcription_event", user_transcript="Hello there.")
    said = sink.only(SpeechToText)
    assert (said.started_ns, said.speech_ended_ns, said.final_ns) == (2 * 10**9, 3 * 10**9, 5 * 10**9)
    assert (said.speech_end_source, said.audio_format, said.sample_rate) == ("provider_event", "ulaw", 8000)


def test_an_answer_that_nobody_ends_ends_with_the_silence(now: list[int]) -> None:
    """Not every agent says when it has answered: it has when it was played and nothing came for a second."""
    sink = RecordingSink()
    wire = Wire(sink)
    wire.sound(1)
    last = now[0] = now[0] + 50_000_000
    wire.sound(1)
    now[0] += Answer.GRACE_NS
    wire.receives("ping", event_id=1)
    assert sink.records == []
    now[0] += 200_000_000
    wire.receives("ping", event_id=2)
    told = sink.only(RealtimeResponse)
    assert (told.outcome, told.ended_ns, told.chunks) == (Outcome.COMPLETED, last, 0)
    wire.sound(1)  # what comes late is of no other answer
    assert len(sink.started) == 1
    wire.sound(2)
    assert len(sink.started) == 2


def test_what_comes_after_an_interruption_is_not_heard(now: list[int]) -> None:
    """The SDK does not play sound that was made before the user spoke; neither is it counted."""
    sink = RecordingSink()
    wire = Wire(sink)
    wire.sound(3)
    wire.receives("interruption", event_id=5)
    wire.sound(4)
    wire.sound(6, is_final=True)
    wire.receives("user_transcript", "user_transcription_event", user_transcript="No.")
    first, second = answers(sink)
    assert (first.outcome, first.audio_bytes > 0, second.outcome) == (Outcome.INTERRUPTED, True, Outcome.COMPLETED)
    assert first.audio_bytes == second.audio_bytes


def test_an_error_of_the_service_is_a_failure(now: list[int]) -> None:
    """It has a type and a reason."""
    sink = RecordingSink()
    Wire(sink).receives("error", error_type="max_duration_exceeded", message="The conversation is too long")
    told = sink.only(RealtimeResponse)
    assert (told.outcome, told.error_type) == (Outcome.FAILED, "max_duration_exceeded")
    assert str(sink.errors[0]) == "The conversation is too long"
