"""Groq: OpenAI's wire, and what Groq says on top of it, in both colours of the real SDK."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.capture.install import Installation
from otel_voice.observation.records import Inference, Operation, Outcome, SpeechToText, TextToSpeech
from otel_voice.providers import reading
from otel_voice.providers.groq import PROVIDER
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import BOOKING, COLOURS, MESSAGES, RECORDING, address, entered, items, settled
from tests.watch import same_seconds, watched

MODEL = "llama-3.3-70b-versatile"
CHAT: dict[str, Any] = {"model": MODEL, "messages": MESSAGES}
SPEECH: dict[str, Any] = {"model": "playai-tts", "voice": "Fritz-PlayAI", "input": "Good morning."}
HEARD: dict[str, Any] = {"model": "whisper-large-v3", "file": RECORDING}
CALLS: dict[str, Callable[[Any], Any]] = {
    "chat": lambda made: made.chat.completions.create(**CHAT),
    "chat_stream": lambda made: made.chat.completions.create(**CHAT, stream=True),
    "speech": lambda made: made.audio.speech.create(**SPEECH, response_format="wav"),
    "transcriptions": lambda made: made.audio.transcriptions.create(**HEARD),
    "translations": lambda made: made.audio.translations.create(**HEARD),
}

pytestmark = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    yield from _observed(RecordingSink())


@pytest.fixture
def curious() -> Iterator[RecordingSink]:
    """A sink that wants content."""
    yield from _observed(RecordingSink(wants_content=True))


def _observed(sink: RecordingSink) -> Iterator[RecordingSink]:
    installation = Installation(PROVIDER, sink)
    installation.install()
    try:
        yield sink
    finally:
        installation.uninstall()


def client(colour: str, simulators: Simulators, directives: str = "", **options: Any) -> Any:
    """A client of the simulators that does not repeat what failed."""
    import groq

    # Without certificates, which take longer to load than a call takes.
    http = getattr(groq, f"Default{colour}HttpxClient")(verify=False)
    asked = {"base_url": f"{address(simulators, directives)}/groq", "api_key": "simulated", **options}
    return getattr(groq, f"{colour}Groq")(max_retries=0, http_client=http, **asked)


async def used(call: str, made: Any) -> Any:
    """Make a call and read whatever comes of it."""
    answer = await settled(CALLS[call](made))
    return await items(answer) if call.endswith("_stream") else answer


@pytest.mark.parametrize("call", ["chat", "chat_stream"])
async def test_a_completion_is_one_record(colour: str, call: str, simulators: Simulators, sink: RecordingSink) -> None:
    """Who answered, what it cost and the request's id, which in a stream are told without being asked for."""
    answer = await used(call, client(colour, simulators))
    record = sink.only(Inference)
    assert (record.provider, record.request_model, record.response_model) == ("groq", MODEL, MODEL)
    assert record.response_id == (answer[0] if call == "chat_stream" else answer).id
    assert (record.input_tokens, record.output_tokens) == (7, 8)
    assert list(record.finish_reasons) == ["stop"]
    signed = (answer[0] if call == "chat_stream" else answer).x_groq
    assert record.request_id == reading.member(signed, "id")
    assert (record.streamed, record.first_chunk_ns is not None) == (call == "chat_stream",) * 2
    assert (record.server_address, record.server_port) == ("127.0.0.1", simulators.port)
    assert not record.output_content


async def test_raw_answers_are_one_record_each(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A raw response, and one whose body is read later, tell the same."""
    completions = client(colour, simulators).chat.completions
    raw = await settled(completions.with_raw_response.create(**CHAT))
    await settled(raw.parse())
    async with entered(completions.with_streaming_response.create(**CHAT)) as response:
        await settled(response.parse())
    told = [(record.outcome, record.input_tokens) for record in sink.records if isinstance(record, Inference)]
    assert told == [(Outcome.COMPLETED, 7)] * 2


@pytest.mark.parametrize("stream", [False, True])
async def test_tools_are_told(colour: str, simulators: Simulators, sink: RecordingSink, stream: bool) -> None:
    """A tool that the model asks for is in the answer's record."""
    asked = [{"role": "user", "content": "Book an appointment"}]
    tools = [{"type": "function", "function": BOOKING}]
    answer = client(colour, simulators).chat.completions.create(model=MODEL, messages=asked, tools=tools, stream=stream)
    await (items(answer) if stream else settled(answer))
    assert [tool.name for tool in sink.only(Inference).tool_calls] == ["book_appointment"]


@pytest.mark.parametrize("call", ["chat", "chat_stream"])
async def test_content_is_kept_when_it_is_asked_for(
    colour: str, call: str, simulators: Simulators, curious: RecordingSink
) -> None:
    """Prompts and answers are read when somebody wants content."""
    await used(call, client(colour, simulators, "reply=Good morning."))
    record = curious.only(Inference)
    assert (record.input_content, record.output_content) == (
        MESSAGES,
        [{"role": "assistant", "content": "Good morning."}],
    )


@pytest.mark.parametrize("wanted", ["wav", "mp3", None])
async def test_a_whole_sound_is_one_record(
    colour: str, wanted: str | None, simulators: Simulators, sink: RecordingSink
) -> None:
    """Characters, bytes, voice and the format that was asked for; which one comes unasked the SDK does not say."""
    asked = {"response_format": wanted} if wanted else {}
    answer = await settled(client(colour, simulators).audio.speech.create(**SPEECH, **asked))
    record = sink.only(TextToSpeech)
    assert (record.provider, record.voice, record.characters) == ("groq", "Fritz-PlayAI", len(SPEECH["input"]))
    assert (record.audio_format, record.audio_bytes) == (wanted, len(answer.http_response.content))
    assert (record.streamed, record.first_chunk_ns, record.outcome) == (False, None, Outcome.COMPLETED)


async def test_a_sound_in_pieces_is_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The record lasts until the last byte, and its first is marked."""
    speech = client(colour, simulators, "interval=0.001,chunks=4").audio.speech.with_streaming_response
    async with entered(speech.create(**SPEECH, response_format="wav")) as response:
        audio = b"".join(await items(response.iter_bytes()))
    record = sink.only(TextToSpeech)
    assert (record.audio_bytes, record.streamed, record.outcome) == (len(audio), True, Outcome.COMPLETED)
    assert record.first_chunk_ns is not None


@pytest.mark.parametrize("kind", ["transcriptions", "translations"])
async def test_a_transcript_is_one_record(
    colour: str, kind: str, simulators: Simulators, curious: RecordingSink
) -> None:
    """Seconds of audio, the transcript and the request's id are read where the answer has them."""
    made = getattr(client(colour, simulators, "transcript=hello there").audio, kind)
    answer = await settled(made.create(**HEARD, response_format="verbose_json"))
    record = curious.only(SpeechToText)
    assert (record.provider, record.request_model, record.audio_bytes) == ("groq", HEARD["model"], len(RECORDING[1]))
    assert (record.audio_seconds, record.transcript_content) == (answer.duration, "hello there")
    assert record.request_id == answer.x_groq["id"]
    assert record.language == ("english" if kind == "transcriptions" else None)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_told_by_its_status(
    colour: str, simulators: Simulators, sink: RecordingSink, call: str, status: int
) -> None:
    """A refused call fails with the provider's own error, told by its status and request id."""
    import groq

    with pytest.raises(groq.APIStatusError) as raised:
        await used(call, client(colour, simulators, f"fail={status}"))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))
    assert record.request_id == raised.value.response.headers["x-request-id"]


async def test_an_unreachable_server_is_a_failure(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A connection that cannot be made has no status; it is told by its class."""
    import groq

    with pytest.raises(groq.APIConnectionError) as raised:
        await used("chat", client(colour, simulators, base_url="http://127.0.0.1:9"))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, None)


@pytest.mark.parametrize("accident", ["drop_after", "malformed_after"])
async def test_a_stream_that_breaks_is_a_failure(
    colour: str, accident: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """The error of a lost connection or a broken event reaches the program, and the record fails with that object."""
    with pytest.raises(Exception) as raised:
        await used("chat_stream", client(colour, simulators, f"{accident}=3,interval=0.01,chunks=6"))
    assert sink.only(Operation).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


@watched
async def test_times_are_the_callers_own(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """The first chunk and the end are marked when the caller sees them, within 10 ms or 5 %."""
    made = client(colour, simulators, "first=0.1,interval=0.02,chunks=5")
    sink.clear()
    start = time.perf_counter()
    stream: Any = await settled(made.chat.completions.create(**CHAT, stream=True))
    await (stream.__anext__() if colour else settled(next(stream)))
    first = time.perf_counter() - start
    await items(stream)
    total = time.perf_counter() - start
    record = sink.only(Operation)
    same_seconds(record.time_to_first_chunk, first)
    same_seconds(record.duration, total)
