"""Deepgram's recognition of a whole recording: one record for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.simulators.audio import wav
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.deepgram_calls import RATE, async_client, client, observed, speech

RECORDING = wav(speech(), RATE)
DIRECTIVES = "first=0,transcript=I would like a table."
ONCE = {"max_retries": 0}

Request = Callable[[Any], Any]


def file(media: Any) -> Any:
    return media.transcribe_file(request=RECORDING, model="nova-3", language="en", request_options=ONCE)


def url(media: Any) -> Any:
    return media.transcribe_url(url="https://x.test/a.wav", model="nova-3", language="en", request_options=ONCE)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    sink = RecordingSink(wants_content=True)
    with observed(sink):
        yield sink


def check(record: SpeechToText, answer: Any, port: int) -> None:
    assert record.outcome is Outcome.COMPLETED
    assert (record.request_model, record.response_model, record.language) == ("nova-3", "general-nova-3", "en")
    assert record.request_id == answer.metadata.request_id
    assert (record.audio_seconds, record.channels) == (answer.metadata.duration, 1)
    assert (record.words, record.confidence) == (5, 0.98)
    assert record.transcript_content == answer.results.channels[0].alternatives[0].transcript
    assert (record.server_address, record.server_port) == ("127.0.0.1", port)
    assert not record.streamed


@pytest.mark.parametrize("request_", [file, url])
def test_a_transcription_is_one_record(simulators: Simulators, sink: RecordingSink, request_: Request) -> None:
    """The facts of request and answer are read, and the answer is the SDK's own."""
    answer = request_(client(simulators, DIRECTIVES).listen.v1.media)
    check(sink.only(SpeechToText), answer, simulators.port)


@pytest.mark.parametrize("request_", [file, url])
def test_an_asynchronous_transcription_is_one_record(
    simulators: Simulators, sink: RecordingSink, request_: Request
) -> None:
    """The same on the asynchronous client."""

    async def transcribe() -> Any:
        return await request_(async_client(simulators, DIRECTIVES).listen.v1.media)

    answer = asyncio.run(transcribe())
    check(sink.only(SpeechToText), answer, simulators.port)


def test_a_raw_response_is_seen_as_well(simulators: Simulators, sink: RecordingSink) -> None:
    """The raw client, through which the client goes, gives one record and its own response type."""
    response = file(client(simulators, DIRECTIVES).listen.v1.media.with_raw_response)
    assert type(response).__name__ == "HttpResponse"
    check(sink.only(SpeechToText), response.data, simulators.port)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusal_is_the_callers_own_exception(simulators: Simulators, sink: RecordingSink, status: int) -> None:
    """The SDK's error reaches the caller unchanged; the record has its status and request id."""
    from deepgram.core.api_error import ApiError

    with pytest.raises(ApiError) as caught:
        file(client(simulators, f"first=0,fail={status}").listen.v1.media)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))
    assert record.request_id == caught.value.headers["dg-request-id"]  # type: ignore[index]
    assert sink.errors == [caught.value]


def test_a_connection_lost_in_the_answer_fails(simulators: Simulators, sink: RecordingSink) -> None:
    """The answer breaks off: the transport's own exception is the error."""
    with pytest.raises(Exception, match=r"reset|peer") as caught:
        file(client(simulators, "first=0,drop_after=0").listen.v1.media)
    assert sink.only(SpeechToText).outcome is Outcome.FAILED
    assert sink.errors == [caught.value]


def test_a_cancelled_transcription_was_interrupted(simulators: Simulators, sink: RecordingSink) -> None:
    """Cancelling the task is no failure of the provider."""

    async def cancel() -> None:
        task = asyncio.create_task(file(async_client(simulators, "first=30").listen.v1.media))
        while not sink.started:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED


def test_no_content_unless_asked_for(simulators: Simulators) -> None:
    """The transcript is not in the record of a sink that does not want it."""
    sink = RecordingSink()
    with observed(sink):
        file(client(simulators, DIRECTIVES).listen.v1.media)
    assert sink.only(SpeechToText).transcript_content is None
