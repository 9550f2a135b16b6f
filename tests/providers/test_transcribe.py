"""Amazon Transcribe's streaming recognition: one record for each result that became final, over real HTTP/2."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("amazon_transcribe")
pytest.importorskip("cryptography")

from amazon_transcribe.auth import StaticCredentialResolver
from amazon_transcribe.client import TranscribeStreamingClient
from amazon_transcribe.endpoints import StaticEndpointResolver
from awscrt import io

from otel_voice.observation import clock
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.transcribe import PROVIDER
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.aws_transcribe import Transcribe
from tests.capture_sink import RecordingSink
from tests.certificates import certified
from tests.contract.matrix import observing, until
from tests.watch import same_moment, watched

RATE = 16000
SAID = "I would like a table|For two people"
SPEECH = synthesize("I would like a table for two.", RATE)
QUIET = bytes(RATE * 2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transcribe]:
    folder = tmp_path_factory.mktemp("transcribe")
    with Transcribe(*map(str, certified(folder))) as server:
        yield server


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


async def streaming(server: Transcribe, directives: str = f"transcript={SAID}") -> Any:
    """A stream that stands."""
    client = TranscribeStreamingClient(
        region="us-east-1",
        endpoint_resolver=StaticEndpointResolver(server.simulate(quote(directives, safe="=,"))),
        credential_resolver=StaticCredentialResolver("key", "simulated"),
    )
    options = io.TlsContextOptions()
    options.verify_peer = False
    client._session_manager._tls_ctx = io.ClientTlsContext(options)
    return await client.start_stream_transcription(
        language_code="en-US", media_sample_rate_hz=RATE, media_encoding="pcm"
    )


async def say(stream: Any, audio: bytes) -> None:
    """Audio as a microphone gives it, in pieces of 20 ms."""
    for at in range(0, len(audio), RATE // 25):
        await stream.input_stream.send_audio_event(audio_chunk=audio[at : at + RATE // 25])


async def results(stream: Any) -> list[Any]:
    """All that is heard until the end."""
    return [result async for event in stream.output_stream for result in event.transcript.results]


async def test_each_final_result_is_one_record(server: Transcribe, sink: RecordingSink) -> None:
    """What was asked for, what was heard and where, and that a stream is one conversation."""
    stream = await streaming(server)
    await say(stream, (SPEECH + QUIET) * 2)
    await stream.input_stream.end_stream()
    heard = await results(stream)
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]
    record = sink.records[0]
    assert isinstance(record, SpeechToText)
    assert (record.provider, record.language) == ("aws.transcribe", "en-US")
    assert (record.audio_format, record.sample_rate, record.words) == ("pcm", RATE, 5)
    assert record.interim_results + sink.records[1].interim_results == len(heard) - 2  # type: ignore[attr-defined]
    assert record.speech_end_source == "word_offsets"
    assert record.confidence == pytest.approx(0.98)
    assert (record.request_id, record.session_id) == (stream.response.request_id, stream.response.session_id)
    assert (record.server_address, record.server_port) == ("127.0.0.1", server.port)
    assert sink.opened == sink.closed
    assert [each.conversation for each in sink.records] == sink.opened * 2


@watched
async def test_times_are_those_of_the_callers_own_clock(server: Transcribe, sink: RecordingSink) -> None:
    """The end of a result is when the program gets it, and speech ended when its last sound was sent."""
    sink.clear()
    stream = await streaming(server, "transcript=Hello there")
    await say(stream, SPEECH)
    spoken = clock.now()
    await asyncio.sleep(0.3)
    await say(stream, QUIET)
    async for event in stream.output_stream:
        ended = clock.now()
        if not event.transcript.results[0].is_partial:
            break
    record = sink.only(SpeechToText)
    same_moment(record.ended_ns, ended)
    same_moment(record.speech_ended_ns, spoken, 200_000_000)
    await stream.input_stream.end_stream()


@pytest.mark.parametrize(("status", "told", "kind"), [(429, 429, None), (500, 500, None), (401, 403, "Unrecognized")])
async def test_a_refusal_is_one_failed_record(
    server: Transcribe, sink: RecordingSink, status: int, told: int, kind: str | None
) -> None:
    """The SDK's own error reaches the program, and no stream was opened."""
    with pytest.raises(Exception) as raised:
        await streaming(server, f"fail={status}")
    record = sink.only(SpeechToText)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, sink.opened) == (Outcome.FAILED, told, [])
    assert (record.error_type or "").startswith(kind or "")


async def test_a_refused_connection_is_one_failed_record(server: Transcribe, sink: RecordingSink) -> None:
    """Nobody listens there."""
    port, server.port = server.port, 1
    try:
        with pytest.raises(Exception) as raised:
            await streaming(server)
    finally:
        server.port = port
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [raised.value]


async def test_an_error_in_place_of_a_result_fails_the_utterance(server: Transcribe, sink: RecordingSink) -> None:
    """The SDK raises it where the program reads."""
    stream = await streaming(server, f"transcript={SAID},error_after=1")
    await say(stream, SPEECH)
    with pytest.raises(Exception, match="cannot go on"):
        await results(stream)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "InternalFailureException")
    await stream.input_stream.end_stream()


async def test_a_lost_connection_fails_the_utterance(server: Transcribe, sink: RecordingSink) -> None:
    """The SDK takes it for the end of the stream; its transport knows better."""
    stream = await streaming(server, f"transcript={SAID},drop_after=2")
    await say(stream, SPEECH)
    await results(stream)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.interim_results) == (Outcome.FAILED, 2)
    assert sink.opened == sink.closed


async def test_a_stream_that_is_dropped_is_interrupted(server: Transcribe, sink: RecordingSink) -> None:
    """The program leaves in the middle of an utterance, and lets everything go."""
    stream = await streaming(server)
    await say(stream, SPEECH)
    async for _ in stream.output_stream:
        break
    await stream.input_stream.end_stream()
    del stream
    gc.collect()
    await until(lambda: sink.records, "the utterance has ended")
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed


async def test_no_content_unless_asked_for(server: Transcribe) -> None:
    """A sink that does not want content gets a record without a transcript."""
    with observing(PROVIDER) as sink:
        stream = await streaming(server, "transcript=Hello")
        await say(stream, SPEECH)
        await stream.input_stream.end_stream()
        await results(stream)
    assert sink.only(SpeechToText).transcript_content is None
