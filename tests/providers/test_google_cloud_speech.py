"""Google's recognition of a recording: one record each, in both versions and colours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.google_cloud_speech import PROVIDER
from otel_voice.simulators.audio import wav
from tests.capture_sink import RecordingSink
from tests.contract.matrix import observing, said
from tests.providers.google_cloud_calls import COLOURS, RATE, client, cloud, options
from tests.providers.google_cloud_streams import SPEECH, settled
from tests.watch import same_seconds, watched

SAID = "transcript=I would like a table"
EVERY = pytest.mark.parametrize(("package", "colour"), [(f"speech_v{of}", each) for of in (1, 2) for each in COLOURS])
RECOGNIZER = "projects/p/locations/global/recognizers/_"


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER, RecordingSink(wants_content=True)) as sink:
        yield sink


async def recognize(package: str, colour: str, directives: str = SAID, **others: Any) -> Any:
    """Recognise a recording, with arguments of its own for each field."""
    decoding: dict[str, Any] = {"encoding": "LINEAR16", "sample_rate_hertz": RATE}
    made, asked = client(package, colour), options(directives, **others)
    if package == "speech_v1":
        config = {**decoding, "language_code": "en-US", "model": "telephony", "enable_word_time_offsets": True}
        return await settled(made.recognize(config=config, audio={"content": SPEECH}, **asked))
    config = {
        "explicit_decoding_config": {**decoding, "audio_channel_count": 1},
        "model": "telephony",
        "language_codes": ["en-US"],
    }
    return await settled(made.recognize(recognizer=RECOGNIZER, config=config, content=SPEECH, **asked))


@EVERY
async def test_a_recognition_is_one_record(sink: RecordingSink, package: str, colour: str) -> None:
    """The facts of request and answer are read, and the answer is the SDK's own."""
    answer = await recognize(package, colour)
    record = sink.only(SpeechToText)
    best = answer.results[0].alternatives[0]
    asked = str(answer.request_id) if package == "speech_v1" else getattr(answer.metadata, "request_id", None)
    assert (record.outcome, record.provider, record.request_id) == (Outcome.COMPLETED, "gcp.speech", asked)
    assert (record.request_model, record.language) == ("telephony", "en-US")
    assert (record.audio_format, record.sample_rate, record.streamed) == ("linear16", RATE, False)
    assert (record.audio_bytes, record.words, record.transcript_content) == (len(SPEECH), 5, best.transcript)
    assert record.audio_seconds == pytest.approx(len(SPEECH) / RATE / 2)
    assert record.confidence == pytest.approx(0.98)
    assert (record.server_address, record.server_port) == ("127.0.0.1", cloud().port)


@EVERY
async def test_a_request_in_one_piece(sink: RecordingSink, package: str, colour: str) -> None:
    """A request object is read as the arguments are; an encoding that is found out has the length that is billed."""
    from google.cloud import speech_v1, speech_v2

    recording = wav(SPEECH, RATE)
    request: Any
    if package == "speech_v1":
        request = speech_v1.RecognizeRequest(config={"language_code": "en-US"}, audio={"content": recording})
    else:
        config = {"auto_decoding_config": {}, "language_codes": ["en-US"], "model": "long"}
        request = speech_v2.RecognizeRequest(recognizer=RECOGNIZER, config=config, content=recording)
    await settled(client(package, colour).recognize(request, **options(SAID)))
    record = sink.only(SpeechToText)
    assert (record.language, record.audio_bytes, record.audio_seconds) == ("en-US", len(recording), 1.0)
    assert (record.audio_format, record.sample_rate) == (None, None)


@watched
@EVERY
async def test_it_lasts_as_long_as_the_caller_waits(package: str, colour: str) -> None:
    """The duration is the caller's own."""
    await recognize(package, colour)
    with observing(PROVIDER) as sink:
        began = time.perf_counter()
        await recognize(package, colour, f"{SAID},first=0.1")
        waited = time.perf_counter() - began
    same_seconds(sink.only(SpeechToText).duration, waited)


@EVERY
@pytest.mark.parametrize(
    ("directives", "kind"),
    [
        ("fail=401", "UNAUTHENTICATED"),
        ("fail=429", "RESOURCE_EXHAUSTED"),
        ("fail=500", "INTERNAL"),
        ("malformed_after=0", "INTERNAL"),
        ("drop_after=0", "UNAVAILABLE"),
    ],
)
async def test_an_error_is_the_sdks_own_and_one_record(package: str, colour: str, directives: str, kind: str) -> None:
    """The program gets what it gets without us, and the record tells the type."""

    async def failure() -> Any:
        try:
            return await recognize(package, colour, f"{SAID},{directives}")
        except Exception as error:
            return error

    bare = await failure()
    with observing(PROVIDER) as sink:
        mine = await failure()
    record = sink.only(SpeechToText)
    if bare is None:  # what an asynchronous client makes of an answer that it cannot read
        assert (mine, record.outcome) == (None, Outcome.COMPLETED)
        return
    assert said(mine) == said(bare)
    assert (record.outcome, record.error_type, record.status_code) == (Outcome.FAILED, kind, None)
    assert sink.errors == [mine]


def retry(colour: str) -> Any:
    """A policy that tries again, soon, what was not available."""
    from google.api_core import exceptions
    from google.api_core.retry import Retry, if_exception_type
    from google.api_core.retry_async import AsyncRetry

    predicate = if_exception_type(exceptions.ServiceUnavailable)
    return (AsyncRetry if colour else Retry)(predicate=predicate, initial=0.001, timeout=5)


@EVERY
async def test_retries_are_one_operation(sink: RecordingSink, package: str, colour: str) -> None:
    """A request that the SDK sends three times is one record, of the whole time."""
    name = f"{package}{colour}-{time.time_ns()}"
    answer = await recognize(package, colour, f"{SAID},fail=503,retries=2", call=name, retry=retry(colour))
    assert answer.results
    assert sink.only(SpeechToText).outcome is Outcome.COMPLETED


@pytest.mark.parametrize("package", ["speech_v1", "speech_v2"])
def test_over_http(sink: RecordingSink, package: str) -> None:
    """A client that speaks HTTP has the status of that, and no host that is reached here."""
    from importlib import import_module

    from google.auth.credentials import AnonymousCredentials

    module = import_module(f"google.cloud.{package}.services.speech.transports")
    transport = module.SpeechRestTransport(host="127.0.0.1:1", url_scheme="http", credentials=AnonymousCredentials())
    made = import_module(f"google.cloud.{package}").SpeechClient(transport=transport)
    with pytest.raises(Exception, match="refused"):
        made.recognize(**({"recognizer": RECOGNIZER} if package == "speech_v2" else {}), retry=None, timeout=1)
    record = sink.only(SpeechToText)
    assert (record.outcome, record.status_code) == (Outcome.FAILED, None)
    assert (record.server_address, record.server_port) == ("127.0.0.1", 1)
