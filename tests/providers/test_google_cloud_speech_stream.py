"""Google's streaming recognition: one record for each final result, in both versions and colours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from google.cloud import speech_v1, speech_v2

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.google_cloud_speech import PROVIDER
from otel_voice.providers.google_cloud_speech_listen import Listen, ListenOfOne, ListenOfTwo
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing
from tests.providers.google_cloud_calls import CHUNK, RATE, client, cloud, options
from tests.providers.google_cloud_streams import TALK, VARIANTS, Variant, read
from tests.watch import same_moment, watched

SAID = "I would like a table|For two people"
DIRECTIVES = f"transcript={SAID}"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
async def test_each_final_result_is_one_record(sink: RecordingSink, variant: Variant) -> None:
    """Two utterances are two records of one conversation, which ends with the stream."""
    await read(await variant.open(variant.requests(TALK * 2), DIRECTIVES))
    assert sink.outcomes == [Outcome.COMPLETED, Outcome.COMPLETED]
    assert [record.transcript_content for record in sink.records] == SAID.split("|")  # type: ignore[attr-defined]
    assert len(sink.started) == 2
    assert len(sink.opened) == 1
    assert sink.opened == sink.closed
    assert [record.conversation for record in sink.records] == sink.opened * 2


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
async def test_the_program_gets_what_it_gets_without_us(variant: Variant) -> None:
    """The same answers of the same types, from an object of the same type."""
    bare = await variant.open(variant.requests(TALK), DIRECTIVES)
    answers = await read(bare)
    with observing(PROVIDER):
        mine = await variant.open(variant.requests(TALK), DIRECTIVES)
        assert await read(mine) == answers
    assert type(mine) is type(bare)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
async def test_the_facts_of_an_utterance_are_read(sink: RecordingSink, variant: Variant) -> None:
    """Model, language, format, ids, words, confidence, audio and server address."""
    answers = await read(await variant.open(variant.requests(TALK), DIRECTIVES))
    record = sink.only(SpeechToText)
    last = answers[-1]
    asked = str(last.request_id) if variant.package == "speech_v1" else getattr(last.metadata, "request_id", None)
    assert record.provider == "gcp.speech"
    assert (record.request_id, record.session_id) == (asked, asked)
    assert (record.request_model, record.language) == ("chirp_2", "en-US")
    assert (record.audio_format, record.sample_rate, record.streamed) == ("linear16", RATE, True)
    assert (record.words, record.speech_end_source) == (5, "word_offsets")
    assert record.confidence == pytest.approx(0.98)
    result = last.results[0]
    end = result.result_end_time if variant.package == "speech_v1" else result.result_end_offset
    assert record.audio_seconds == pytest.approx(end.total_seconds())
    assert (record.server_address, record.server_port) == ("127.0.0.1", cloud().port)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
async def test_an_interim_transcript_in_two_parts_is_one(sink: RecordingSink, variant: Variant) -> None:
    """The part that will hardly change and the part that may come together, and count together."""
    answers = await read(await variant.open(variant.requests(TALK), DIRECTIVES))
    interim = [answer for answer in answers if answer.results and not answer.results[0].is_final]
    assert any(len(answer.results) == 2 for answer in interim)
    assert sink.only(SpeechToText).interim_results == len(interim)


@watched
@pytest.mark.parametrize("variant", VARIANTS, ids=str)
async def test_times_are_those_of_the_callers_own_clock(variant: Variant) -> None:
    """Transcripts are marked when the program gets them, and the end of speech when its audio was sent."""
    seen: dict[str, int] = {}
    sent: list[int] = []

    def audio() -> Iterator[bytes]:
        for chunk in TALK:
            time.sleep(0.002)  # the pace of a microphone
            sent.append(time.perf_counter_ns())
            yield chunk

    def note(answer: Any) -> None:
        for result in answer.results:
            seen.setdefault("final" if result.is_final else "partial", time.perf_counter_ns())
            if result.is_final:
                word = result.alternatives[0].words[-1]
                end = word.end_time if variant.package == "speech_v1" else word.end_offset
                seen["words_end"] = round(end.total_seconds() * 50)

    with observing(PROVIDER) as sink:
        await read(await variant.open(variant.requests(audio()), "transcript=Hello there"), note)
    record = sink.only(SpeechToText)
    same_moment(record.first_partial_ns, seen["partial"])
    same_moment(record.final_ns, seen["final"])
    same_moment(record.ended_ns, seen["final"])
    # The clock keeps a checkpoint for each tenth of a second of audio, which takes ten milliseconds here.
    same_moment(record.speech_ended_ns, sent[seen["words_end"]], 30_000_000)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
async def test_voice_activity_says_where_speech_ends(sink: RecordingSink, variant: Variant) -> None:
    """Without the times of words, the service's own events bound the utterance, and end the waiting for it."""
    asked = variant.requests(TALK, words=False, activity=True)
    await read(await variant.open(asked, DIRECTIVES))
    record = sink.only(SpeechToText)
    assert record.speech_end_source == "provider_event"
    assert record.endpoint_ns is not None
    assert record.final_ns is not None
    assert record.endpoint_ns <= record.final_ns
    assert record.speech_ended_ns is not None
    assert record.speech_ended_ns <= record.final_ns


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
async def test_a_final_result_says_where_it_ends(sink: RecordingSink, variant: Variant) -> None:
    """With nothing else asked for, that is what is known of the end of speech."""
    await read(await variant.open(variant.requests(TALK, words=False, interim=False), DIRECTIVES))
    record = sink.only(SpeechToText)
    assert (record.speech_end_source, record.interim_results, record.words) == ("provider_event", 0, 5)


async def test_noise_is_no_utterance(sink: RecordingSink) -> None:
    """A voice that is noticed, and never has a transcript, leaves no record."""
    variant = VARIANTS[0]
    await read(await variant.open(variant.requests(TALK * 2, activity=True), "transcript=Only this was said"))
    assert sink.only(SpeechToText).transcript_content == "Only this was said"


def test_the_helper_of_one_is_counted_once(sink: RecordingSink) -> None:
    """`streaming_recognize(config, requests)` of the client that programs get goes through the generated one."""
    asked = VARIANTS[0].configuration().streaming_config
    requests = (speech_v1.StreamingRecognizeRequest(audio_content=chunk) for chunk in TALK)
    stream = client("speech_v1").streaming_recognize(asked, requests, retry=None, timeout=10.0)
    assert [answer.results[0].is_final for answer in stream][-1]
    record = sink.only(SpeechToText)
    assert (record.audio_format, record.request_model, record.outcome) == ("linear16", "chirp_2", Outcome.COMPLETED)


async def test_requests_that_are_written_one_by_one(sink: RecordingSink) -> None:
    """An asynchronous stream without an iterator: `write`, `done_writing`, `read`."""
    variant = VARIANTS[1]
    stream = await client(variant.package, variant.colour).streaming_recognize(**options(DIRECTIVES))
    for request in variant.requests(TALK):
        await stream.write(request)
    await stream.done_writing()
    answers = []
    while hasattr(answer := await stream.read(), "results"):
        answers.append(answer)
    assert answers[-1].results[0].is_final
    record = sink.only(SpeechToText)
    assert (record.outcome, record.sample_rate) == (Outcome.COMPLETED, RATE)
    assert record.speech_end_source == "word_offsets"


def test_dictionaries_are_read_too(sink: RecordingSink) -> None:
    """A request may be a dictionary, with enumerations by name."""
    config = {"encoding": "LINEAR16", "sample_rate_hertz": RATE, "language_code": "en-US"}
    requests = ({"audio_content": chunk} for chunk in TALK)
    stream = client("speech_v1").streaming_recognize({"config": config}, requests, retry=None, timeout=10.0)
    assert list(stream)
    assert sink.only(SpeechToText).audio_format == "linear16"


async def test_no_content_unless_asked_for() -> None:
    """A sink that does not want content gets a record without a transcript."""
    variant = VARIANTS[0]
    with observing(PROVIDER) as sink:
        await read(await variant.open(variant.requests(TALK), DIRECTIVES))
    assert sink.only(SpeechToText).transcript_content is None


class _Client:
    """As much of a client as an observer looks at."""

    class transport:  # noqa: N801
        _host = "speech.googleapis.com:443"


def heard(sink: RecordingSink, kind: type[Listen], package: Any, **asked: Any) -> Listen:
    """An observer whose stream has begun."""
    observer = kind(sink)
    observer.opening(Call(_Client(), (), {}))
    config = {"encoding": "LINEAR16", "sample_rate_hertz": RATE, "language_code": "en-US", **asked}
    observer.sent(package.StreamingRecognizeRequest(streaming_config={"config": config}))
    for _ in range(150):  # three seconds
        observer.sent(package.StreamingRecognizeRequest(audio_content=bytes(CHUNK)))
    return observer


def final(said: str, end: float, words: tuple[tuple[float, float], ...] = (), channel: int = 0) -> Any:
    """An answer of v1 with a final result."""
    times = [
        {"word": "x", "start_time": timedelta(seconds=start), "end_time": timedelta(seconds=stop)}
        for start, stop in words
    ]
    result = {
        "alternatives": [{"transcript": said, "words": times}],
        "is_final": True,
        "result_end_time": timedelta(seconds=end),
        "channel_tag": channel,
    }
    return speech_v1.StreamingRecognizeResponse(results=[result])


def test_words_that_are_repeated_for_their_speakers_count_once(sink: RecordingSink) -> None:
    """With diarization a result has the words of all results before it, too."""
    observer = heard(sink, ListenOfOne, speech_v1)
    observer.received(final("one two", 1.0, ((0.1, 0.4), (0.5, 0.9))))
    observer.received(final("three", 2.0, ((0.1, 0.4), (0.5, 0.9), (1.2, 1.8))))
    assert [record.words for record in sink.records] == [2, 1]  # type: ignore[attr-defined]
    assert sink.records[1].started_ns >= sink.records[0].started_ns
    assert [record.audio_seconds for record in sink.records] == [1.0, 1.0]  # type: ignore[attr-defined]


def test_channels_have_utterances_of_their_own(sink: RecordingSink) -> None:
    """Where channels are recognised apart, each has its own audio."""
    observer = heard(sink, ListenOfOne, speech_v1, audio_channel_count=2)
    observer.received(final("left", 1.0, channel=1))
    observer.received(final("right", 1.2, channel=2))
    assert [record.audio_seconds for record in sink.records] == [1.0, 1.2]  # type: ignore[attr-defined]


def test_an_error_that_comes_as_an_answer_is_a_failed_record(sink: RecordingSink) -> None:
    """v1 may put a status into an answer, for which the SDK raises nothing."""
    observer = heard(sink, ListenOfOne, speech_v1)
    observer.received(speech_v1.StreamingRecognizeResponse(error={"code": 11, "message": "Audio Timeout Error"}))
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, "11")
    assert str(sink.errors[0]) == "Audio Timeout Error"


def test_a_recognition_that_decodes_by_itself_has_no_audio_clock(sink: RecordingSink) -> None:
    """Where bytes do not say their length, the end of speech is the final transcript, and says so."""
    variant = Variant("speech_v2", "")
    observer = ListenOfTwo(sink)
    observer.opening(Call(_Client(), (), {}))
    observer.sent(
        speech_v2.StreamingRecognizeRequest(streaming_config={"config": {"auto_decoding_config": {}, "model": "long"}})
    )
    observer.sent(variant.request(TALK[0]))
    result = {"alternatives": [{"transcript": "hello"}], "is_final": True, "result_end_offset": timedelta(seconds=1)}
    observer.received(speech_v2.StreamingRecognizeResponse(results=[result]))
    assert sink.only(SpeechToText).speech_end_source == "final_transcript"
