"""Nova Sonic: one record for each answer and one for each utterance, over a real event stream of HTTP/2."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip(
    "aws_sdk_bedrock_runtime",
    reason="aws-sdk-bedrock-runtime is in the environment of `make test-matrix CELLS=nova-sonic`",
)
pytest.importorskip("awscrt.aio", reason="smithy-http needs its extra awscrt")

from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText
from otel_voice.prices import prices
from otel_voice.providers.nova_sonic import PROVIDER
from otel_voice.simulators.aws_nova_sonic import NovaSonic
from tests.capture_sink import RecordingSink
from tests.certificates import certified
from tests.contract.matrix import observing, until
from tests.providers.nova_sonic_calls import BOOKING, MODEL, QUIET, SAID, SPEECH, Talk, streaming
from tests.watch import same_moment, watched

HEARD = f"transcript={SAID}"
LONG = f"{HEARD},reply=" + "word " * 40  # 12 seconds of sound


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NovaSonic]:
    with NovaSonic(*map(str, certified(tmp_path_factory.mktemp("nova")))) as server:
        yield server


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


async def talking(server: NovaSonic, directives: str = HEARD, **prompt: Any) -> Talk:
    """A session that is set up, with its microphone on."""
    talk = await streaming(server, directives)
    await talk.begin(**prompt)
    return talk


async def answered(talk: Talk) -> None:
    """Everything of an answer has come."""
    await talk.until("contentEnd", type="TEXT", stopReason="END_TURN")


def utterance(sink: RecordingSink, index: int = 0) -> SpeechToText:
    found: SpeechToText = [record for record in sink.records if isinstance(record, SpeechToText)][index]
    return found


def response(sink: RecordingSink, index: int = 0) -> RealtimeResponse:
    found: RealtimeResponse = [record for record in sink.records if isinstance(record, RealtimeResponse)][index]
    return found


async def test_an_utterance_and_its_answer_are_one_record_each(server: NovaSonic, sink: RecordingSink) -> None:
    """What was asked for, what was heard and said, on which connection, and that it is one conversation."""
    talk = await talking(server)
    await talk.says()
    await answered(talk)
    await talk.end()
    said, told = utterance(sink), response(sink)
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    assert (said.provider, said.request_model, said.transcript_content) == ("aws.bedrock", MODEL, SAID)
    assert (said.words, said.speech_end_source) == (None, "final_transcript")
    assert (told.provider, told.request_model, told.voice) == ("aws.bedrock", MODEL, "matthew")
    assert (told.audio_format, told.sample_rate, told.channels) == ("pcm", 24000, 1)
    assert (told.temperature, told.top_p, told.max_tokens) == (0.7, 0.9, 1024)
    assert told.answers is said
    assert told.audible
    assert told.system_content == [{"type": "text", "content": "Answer in one sentence."}]
    spoken = told.output_content[0]["content"]  # type: ignore[index]
    assert told.audio_seconds == len(str(spoken)) / 16
    assert list(told.finish_reasons) == ["end_turn"]
    assert told.session_id is not None
    assert told.session_id == said.session_id
    metadata = getattr(talk.stream.output, "response_metadata", None)  # older SDKs keep it to themselves
    assert told.request_id == (None if metadata is None else metadata.request_id)
    assert (told.server_address, told.server_port) == ("127.0.0.1", server.port)
    assert sink.first_chunks == [told]
    assert sink.opened == sink.closed == [told.conversation]


async def test_every_token_is_some_answers(server: NovaSonic, sink: RecordingSink) -> None:
    """The service counts on; what it counted while the user spoke is the answer's, and nothing is counted twice."""
    talk = await talking(server)
    totals = {}
    for _ in range(2):
        await talk.says()
        while "input" not in totals or not totals.pop("over", False):
            kind, content = await talk.event()
            if kind == "usageEvent":
                totals.update(content["details"]["total"])
            totals["over"] = kind == "contentEnd" and (content["type"], content["stopReason"]) == ("TEXT", "END_TURN")
    await talk.end()
    answers = [record for record in sink.records if isinstance(record, RealtimeResponse)]
    assert len(answers) == 2
    for way in ("input", "output"):
        counted = [getattr(each, f"{way}_tokens") for each in answers]
        heard = [getattr(each, f"audio_{way}_tokens") for each in answers]
        assert sum(counted) == sum(totals[way].values())
        assert sum(heard) == totals[way]["speechTokens"]
    known, _ = prices.chosen("")
    assert known is not None
    known.price(answers[0])
    known.price(utterance(sink))
    assert answers[0].cost is not None
    assert not utterance(sink).unpriced, "it is paid with its answer"


@watched
async def test_times_are_those_of_the_callers_own_clock(server: NovaSonic, sink: RecordingSink) -> None:
    """The first sound is when the program gets it, and the answer has ended with the last piece of it."""
    sink.clear()
    talk = await talking(server)
    await talk.says()
    await talk.until("audioOutput")
    first = clock.now()
    await talk.until("contentEnd", type="AUDIO")
    last = clock.now()
    await talk.end()
    same_moment(response(sink).first_chunk_ns, first)
    same_moment(response(sink).ended_ns, last)


async def test_the_user_speaks_over_an_answer(server: NovaSonic, sink: RecordingSink) -> None:
    """It had come whole; the service says that it was cut short, and the next utterance is another record."""
    talk = await talking(server, LONG)
    await talk.says()
    await answered(talk)
    await talk.says(SPEECH)
    await talk.until("contentEnd", type="TEXT", stopReason="INTERRUPTED")
    told = response(sink)
    assert (told.outcome, told.interrupted_by) == (Outcome.INTERRUPTED, "user_speech")
    assert list(told.finish_reasons) == ["interrupted"]
    await talk.says(QUIET)
    await answered(talk)
    await talk.end()
    assert response(sink, 1).answers is utterance(sink, 1)


async def test_a_tool_ends_an_answer(server: NovaSonic, sink: RecordingSink) -> None:
    """The model waits for what the tool gives; the answer to that carries it, and knows when it was asked for."""
    talk = await talking(
        server, "tool=book_appointment,transcript=Book Monday", toolConfiguration={"tools": [{"toolSpec": BOOKING}]}
    )
    await talk.says()
    asked = await talk.until("toolUse")
    await talk.until("contentEnd", type="TOOL")
    told = response(sink)
    assert (told.outcome, told.finish_reasons) == (Outcome.COMPLETED, ["tool_use"])
    assert [(tool.call_id, tool.name, tool.arguments) for tool in told.tool_calls] == [
        (asked["toolUseId"], "book_appointment", asked["content"])
    ]
    await talk.gives(asked["toolUseId"], "booked")
    await answered(talk)
    await talk.end()
    carrying = response(sink, 1)
    assert [(result.call_id, result.result) for result in carrying.tool_results] == [(asked["toolUseId"], "booked")]
    assert carrying.time_to_first_chunk is not None
    assert carrying.answers is told.answers is utterance(sink)


async def test_what_is_written_opens_a_turn(server: NovaSonic, sink: RecordingSink) -> None:
    """The user types: no utterance, and the answer was asked for when it was sent."""
    talk = await talking(server)
    await talk.write("Hello there")
    await answered(talk)
    await talk.end()
    told = sink.only(RealtimeResponse)
    assert (told.opens_turn, told.answers) == (True, None)
    assert told.time_to_first_chunk is not None


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [(401, 403, "AccessDeniedException"), (429, 429, "ThrottlingException"), (500, 500, "InternalServerException")],
)
async def test_a_refusal_is_one_failed_record(
    server: NovaSonic, sink: RecordingSink, status: int, told: int, kind: str
) -> None:
    """The SDK's own error reaches the program where it awaits the output, each time; no conversation was opened."""
    talk = await streaming(server, f"fail={status}")
    with pytest.raises(Exception) as raised:
        await talk.stream.await_output()
    with pytest.raises(type(raised.value)):
        await talk.stream.await_output()
    record = sink.only(RealtimeResponse)
    assert sink.errors == [raised.value]
    assert type(raised.value).__name__ == kind
    known = told if hasattr(raised.value, "response_metadata") else None
    assert (record.outcome, record.status_code, sink.opened) == (Outcome.FAILED, known, [])


async def test_a_refused_connection_is_one_failed_record(server: NovaSonic, sink: RecordingSink) -> None:
    """Nobody listens there."""
    with pytest.raises(Exception) as raised:
        talk = await streaming(server, port=1)
        await talk.stream.await_output()
    assert sink.only(RealtimeResponse).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


@pytest.mark.parametrize(
    ("directive", "kind"),
    [
        ("error_after=14", "ModelStreamErrorException"),
        ("malformed_after=14", "ChecksumMismatch"),
    ],
)
async def test_an_answer_that_is_not_finished_has_failed(
    server: NovaSonic, sink: RecordingSink, directive: str, kind: str
) -> None:
    """What the service sends in place of an event, and what nobody can read: the very error that the program gets."""
    talk = await talking(server, f"{HEARD},{directive}")
    await talk.says()
    with pytest.raises(Exception) as raised:
        await answered(talk)
    assert type(raised.value).__name__ == kind
    told = response(sink)
    assert (told.outcome, sink.errors[-1]) == (Outcome.FAILED, raised.value)
    assert utterance(sink).outcome is Outcome.COMPLETED
    assert sink.opened == sink.closed


async def test_a_lost_connection_fails_the_answer(server: NovaSonic, sink: RecordingSink) -> None:
    """The SDK takes it for the end of the stream; but nobody ends in the middle of a word."""
    talk = await talking(server, f"{HEARD},drop_after=14")
    await talk.says()
    while (await talk.event())[0]:
        pass
    told = response(sink)
    assert (told.outcome, told.error_type or type(sink.errors[-1]).__name__) == (Outcome.FAILED, "UnfinishedError")
    assert sink.opened == sink.closed


async def test_an_error_between_answers_is_one_failed_record(server: NovaSonic, sink: RecordingSink) -> None:
    """Nothing was under way: it is told once, and as the connection's."""
    talk = await talking(server, "error_after=0")
    with pytest.raises(Exception, match="cannot go on"):
        await talk.event()
    assert sink.only(RealtimeResponse).outcome is Outcome.FAILED
    assert sink.opened == sink.closed


async def test_leaving_in_the_middle_is_an_interruption(server: NovaSonic, sink: RecordingSink) -> None:
    """The program hangs up while the model speaks."""
    talk = await talking(server, LONG)
    await talk.says()
    await talk.until("audioOutput")
    await talk.receiver.close()
    assert response(sink).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed
    await talk.stream.input_stream.close()


async def test_a_stream_that_is_dropped_is_interrupted(server: NovaSonic, sink: RecordingSink) -> None:
    """The program lets everything go."""
    talk = await talking(server, LONG)
    await talk.says()
    await talk.until("audioOutput")
    await talk.stream.input_stream.close()
    del talk
    gc.collect()
    await until(lambda: sink.closed, "the conversation has ended")
    assert response(sink).outcome is Outcome.INTERRUPTED


async def test_it_can_be_iterated(server: NovaSonic, sink: RecordingSink) -> None:
    """`async for` reads as `receive` does, and ends where the service does."""
    talk = await talking(server)
    await talk.says()
    await talk.send("promptEnd", promptName="p")
    await talk.stream.input_stream.close()
    told = [event async for event in talk.receiver]
    assert len(told) > 20
    assert sink.outcomes == [Outcome.COMPLETED] * 2
    assert sink.opened == sink.closed


async def test_no_content_unless_asked_for(server: NovaSonic) -> None:
    """A sink that does not want content gets records without any."""
    with observing(PROVIDER) as sink:
        talk = await talking(server)
        await talk.says()
        await answered(talk)
        await talk.end()
    assert utterance(sink).transcript_content is None
    assert (response(sink).output_content, response(sink).system_content) == (None, None)


async def test_without_us_it_is_as_with_us(server: NovaSonic) -> None:
    """The same events, in the same order, of the same classes."""

    async def heard() -> list[str]:
        talk = await talking(server)
        await talk.says()
        await talk.send("promptEnd", promptName="p")
        await talk.stream.input_stream.close()
        return [f"{type(event).__name__} {event.value.bytes_!r}" async for event in talk.receiver]

    plain = await asyncio.wait_for(heard(), 60)
    with observing(PROVIDER):
        assert await asyncio.wait_for(heard(), 60) == plain
