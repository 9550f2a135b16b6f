"""Gladia's live recognition: one record for each utterance, whichever colour the session has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextvars import ContextVar, copy_context
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("gladiaio_sdk", reason="its SDK cannot be beside the oldest Google GenAI")

from gladiaio_sdk import GladiaClient, LiveV2InitRequest
from gladiaio_sdk.client_options import HttpRetryOptions, WebSocketRetryOptions
from gladiaio_sdk.v2.live.generated_types import LiveV2LanguageConfig, LiveV2MessagesConfig

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.gladia import PROVIDER
from otel_voice.providers.gladia_live import Live
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.gladia_errors import SOCKET
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.contract.matrix import PATIENCE, observing, until
from tests.watch import same_moment, watched

RATE = 16000
CHUNK = RATE * 2 // 50  # 20 ms
SAID = "I would like a table|For two people"
DIRECTIVES = f"first=0,transcript={SAID}"
PARSING_NS = 200_000_000


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


def chunks(times: int = 1) -> list[bytes]:
    """Somebody says something, and is silent for a second: as a microphone would give it."""
    audio = (synthesize("I would like a table for two.", RATE) + bytes(RATE * 2)) * times
    return [audio[at : at + CHUNK] for at in range(0, len(audio), CHUNK)]


def client(simulators: Simulators, directives: str = DIRECTIVES, connections: int = 1) -> Any:
    """A client of the simulators that tries once, and connects again as often as it is told."""
    return GladiaClient(
        api_key="simulated",
        api_url=simulators.url,
        http_headers={"x-simulate": quote(directives, safe="=,")},  # older clients drop the path of an address
        http_retry=HttpRetryOptions(max_attempts=1, delay=lambda attempt: 0.0),
        ws_retry=WebSocketRetryOptions(
            max_attempts_per_connection=1, delay=lambda attempt: 0.0, max_connections=connections
        ),
    )


def wanted() -> LiveV2InitRequest:
    """What is asked of a session."""
    return LiveV2InitRequest(
        model="solaria-1",
        encoding="wav/pcm",
        bit_depth=16,
        sample_rate=RATE,
        channels=1,
        language_config=LiveV2LanguageConfig(languages=["en"]),
        messages_config=LiveV2MessagesConfig(receive_partial_transcripts=True, receive_speech_events=True),
    )


class Listener:
    """A synchronous session, and what it told."""

    def __init__(self, simulators: Simulators, directives: str = DIRECTIVES, connections: int = 1) -> None:
        self.seen: list[tuple[str, Any, int]] = []
        made = client(simulators, directives, connections)
        live = made.live_v2() if hasattr(made, "live_v2") else made.live()
        self.session = live.start_session(wanted())
        self.session.on("message", lambda message: self._note(message.type, message))
        self.session.on("error", lambda error: self._note("failed", error))
        self.session.on("connected", lambda message: self._note("connected", message))

    def _note(self, kind: str, what: Any) -> None:
        self.seen.append((kind, what, time.perf_counter_ns()))

    def talk(self) -> None:
        """Say something when the websocket stands."""
        assert self.session.wait_until_ready(PATIENCE)
        for piece in chunks():
            self.session.send_audio(piece)

    def reconnected(self) -> bool:
        """A second websocket stands."""
        return [kind for kind, _, _ in self.seen].count("connected") > 1

    def hear(self, pieces: list[bytes]) -> None:
        """Say something, and wait until the session is over."""
        for piece in pieces:
            self.session.send_audio(piece)
        self.session.stop_recording()
        self.over()

    def over(self) -> None:
        """The session has come to its end."""
        assert self.session.join(PATIENCE)


def test_each_utterance_is_one_record(simulators: Simulators, sink: RecordingSink) -> None:
    """The audio that was given before the websocket stood is heard, too."""
    Listener(simulators).hear(chunks(times=2))
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert [record.conversation for record in sink.records] == sink.opened * 2


async def test_the_asynchronous_session(simulators: Simulators, sink: RecordingSink) -> None:
    """It runs in tasks of its own, and forgets that it was stopped when it was not connected yet."""
    connected, ended = asyncio.Event(), asyncio.Event()
    session = client(simulators).live_v2_async().start_session(wanted())
    session.on("connected", lambda message: connected.set())
    session.on("ended", lambda message: ended.set())
    for piece in chunks():
        session.send_audio(piece)
    await asyncio.wait_for(connected.wait(), PATIENCE)
    session.stop_recording()
    await asyncio.wait_for(ended.wait(), PATIENCE)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.transcript_content) == (Outcome.COMPLETED, SAID.split("|")[0])
    assert sink.opened == sink.closed


def test_the_facts_of_an_utterance_are_read(simulators: Simulators, sink: RecordingSink) -> None:
    """Model, language, format, ids, words, confidence and server address."""
    listener = Listener(simulators)
    listener.hear(chunks())
    record = sink.only(SpeechToText)
    assert (record.request_model, record.language) == ("solaria-1", "en")
    assert (record.audio_format, record.sample_rate, record.channels) == ("pcm", RATE, 1)
    assert record.session_id == listener.session.session_id is not None
    assert (record.words, record.streamed) == (5, True)
    assert record.confidence == pytest.approx(0.98)
    assert record.speech_end_source == "word_offsets"
    assert record.interim_results > 0
    assert record.server_port == simulators.port


@watched
def test_times_are_those_of_the_callers_own_clock(simulators: Simulators, sink: RecordingSink) -> None:
    """Transcripts are marked when they come, not when their audio was sent; the SDK takes its time to parse them."""
    sink.clear()
    listener = Listener(simulators, "first=0.5,transcript=Hello there")
    listener.hear(chunks())
    record = sink.only(SpeechToText)
    told = [(what.data.is_final, at) for kind, what, at in listener.seen if kind == "transcript"]
    same_moment(record.first_partial_ns, min(at for is_final, at in told if not is_final), PARSING_NS)
    same_moment(record.ended_ns, max(at for is_final, at in told if is_final), PARSING_NS)
    assert record.endpoint_ns is not None
    assert record.speech_ended_ns is not None


def test_leaving_interrupts(simulators: Simulators, sink: RecordingSink) -> None:
    """The program ends the session in the middle of an utterance."""
    listener = Listener(simulators)
    for piece in chunks()[:-60]:
        listener.session.send_audio(piece)
    _wait(lambda: sink.started)
    listener.session.end_session()
    listener.over()
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    _wait(lambda: sink.closed)
    assert sink.opened == sink.closed


def test_a_lost_session_fails_the_utterance(simulators: Simulators, sink: RecordingSink) -> None:
    """The SDK tells a code; nobody connects again."""
    listener = Listener(simulators, f"{DIRECTIVES},drop_after=60")
    listener.talk()
    listener.over()
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "1006")
    assert sink.opened == sink.closed


def test_a_session_lives_on_over_another_websocket(simulators: Simulators, sink: RecordingSink) -> None:
    """A connection that is lost and made again is one conversation, and ends once."""
    listener = Listener(simulators, f"{DIRECTIVES},drop_after=60", connections=2)
    listener.talk()
    _wait(lambda: listener.reconnected())
    listener.session.stop_recording()
    listener.over()
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert len(sink.started) == len(sink.records)


@pytest.mark.parametrize(
    ("directives", "status"),
    [("fail=401", 401), (f"fail=503,model={SOCKET}", 503)],
    ids=["request", "websocket"],
)
def test_a_refused_session_is_one_failed_record(
    simulators: Simulators, sink: RecordingSink, directives: str, status: int
) -> None:
    """The status is that of the refusal, of the request or of the websocket."""
    listener = Listener(simulators, f"first=0,{directives}")
    listener.over()
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, sink.opened) == (Outcome.FAILED, status, [])
    assert record.request_model == "solaria-1"


def test_a_session_belongs_to_whoever_began_it(simulators: Simulators) -> None:
    """Its thread knows nothing of the program's context, and yet the conversation is opened in it."""
    caller: ContextVar[str] = ContextVar("caller", default="nobody")
    seen = []

    class Noting(RecordingSink):
        def session_opened(self) -> Any:
            seen.append(caller.get())
            return super().session_opened()

    def begin() -> Listener:
        caller.set("the program")
        return Listener(simulators)

    with observing(PROVIDER, Noting()) as sink:
        copy_context().run(begin).hear(chunks())
    assert seen == ["the program"]
    assert sink.only(SpeechToText).transcript_content is None


async def test_what_is_not_confirmed_is_counted_again(sink: RecordingSink) -> None:
    """The SDK sends it again over the next websocket; a word's place in the audio stays what it was."""
    session = SimpleNamespace(_options=wanted(), session_id="s-1", _bytes_sent=320)
    observer = Live(sink, session, "wss://api.gladia.io/v2/live?token=t")
    observer.stands()
    observer.sent(bytes(640))
    observer.stands()
    await until(lambda: observer.audio.sent == 320, "the audio is counted from what was confirmed")
    assert len(sink.opened) == 1


def _wait(condition: Any) -> None:
    asyncio.run(until(condition, "it is told"))
