"""Google's streaming recognition: however a stream ends, and whoever reads the program's requests."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from otel_voice.capture import guard
from otel_voice.observation.records import Outcome, SpeechToText
from otel_voice.providers.google_cloud_speech import PROVIDER
from tests.capture_sink import RecordingSink, current
from tests.contract.matrix import observing, said, until
from tests.providers.google_cloud_calls import client, options
from tests.providers.google_cloud_streams import TALK, VARIANTS, Variant, read, settled

SAID = "transcript=I would like a table"
EVERY = pytest.mark.parametrize("variant", VARIANTS, ids=str)
ASYNC = [variant for variant in VARIANTS if variant.colour]


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observing(PROVIDER) as sink:
        yield sink


@pytest.fixture
def hung_up() -> Iterator[threading.Event]:
    """Comes true when the test is over."""
    event = threading.Event()
    yield event
    event.set()


async def failure(variant: Variant, directives: str, **others: Any) -> Exception:
    """The error with which a stream ends for the program."""
    try:
        await read(await variant.open(variant.requests(TALK), f"first=0.1,{directives}", **others))
    except Exception as error:
        return error
    raise AssertionError("the stream ended without an error")


def one_failure(sink: RecordingSink, error: Exception, kind: str) -> None:
    """One failed record with this type of error, and a closed conversation."""
    record = sink.only(SpeechToText)
    assert (record.outcome, record.error_type) == (Outcome.FAILED, kind)
    # In mid-stream, a synchronous stream puts an error of the SDK's own over the one of gRPC.
    assert sink.errors[0] in (error, error.__cause__)
    assert sink.opened == sink.closed


@EVERY
@pytest.mark.parametrize(
    ("directives", "kind"),
    [
        ("fail=401", "UNAUTHENTICATED"),
        ("fail=429", "RESOURCE_EXHAUSTED"),
        ("fail=500", "INTERNAL"),
        ("drop_after=0", "UNAVAILABLE"),
        ("drop_after=2", "UNAVAILABLE"),
        ("error_after=2", "INTERNAL"),
    ],
)
async def test_a_failure_is_the_sdks_own_and_one_record(variant: Variant, directives: str, kind: str) -> None:
    """Refused, broken, lost or garbled: the program gets what it gets without us, and the record tells its type."""
    bare = await failure(variant, f"{SAID},{directives}")
    with observing(PROVIDER) as sink:
        mine = await failure(variant, f"{SAID},{directives}")
    assert said(mine) == said(bare)
    one_failure(sink, mine, kind)
    record = sink.only(SpeechToText)
    assert (record.audio_format, record.request_model) == ("linear16", "chirp_2")


@EVERY
async def test_lost_while_it_is_written_to(variant: Variant, sink: RecordingSink, hung_up: threading.Event) -> None:
    """An asynchronous stream may then tell of its write; whatever the program gets, the record tells of the same."""
    with pytest.raises(Exception) as caught:
        await read(await variant.open_endless(f"{SAID},drop_after=2", hung_up))
    assert said(caught.value)[1]
    one_failure(sink, caught.value, caught.value.grpc_status_code.name)  # type: ignore[attr-defined]


@EVERY
async def test_an_answer_that_cannot_be_read(variant: Variant) -> None:
    """It breaks a synchronous stream, and is None in an asynchronous one, which goes on."""
    with observing(PROVIDER) as sink:
        if variant.colour:
            answers = await read(await variant.open(variant.requests(TALK), f"first=0.1,{SAID},malformed_after=1"))
            assert answers.count(None) == 1
            assert sink.only(SpeechToText).outcome is Outcome.COMPLETED
        else:
            one_failure(sink, await failure(variant, f"{SAID},malformed_after=1"), "INTERNAL")


@EVERY
async def test_nobody_listens(variant: Variant, sink: RecordingSink) -> None:
    """A port where nobody answers is one failed record."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await failure(variant, "", port=unused.getsockname()[1])
    one_failure(sink, error, "UNAVAILABLE")


@EVERY
async def test_out_of_time(variant: Variant, sink: RecordingSink) -> None:
    """A server that says nothing in time is one failed record."""
    error = await failure(variant, "first=30", timeout=0.3)
    one_failure(sink, error, "DEADLINE_EXCEEDED")


@pytest.mark.parametrize("variant", [variant for variant in VARIANTS if not variant.colour], ids=str)
async def test_retries_are_one_operation(variant: Variant, sink: RecordingSink) -> None:
    """A refused stream is tried again with what is left of the requests, and is one record all the same.

    An asynchronous one is refused when it is read, and that the SDK tries once only.
    """
    from google.api_core import exceptions
    from google.api_core.retry import Retry

    again = Retry(lambda error: isinstance(error, exceptions.ServiceUnavailable), initial=0.001, timeout=0.2)
    error = await failure(variant, "fail=503", retry=again)
    assert isinstance(error, exceptions.GoogleAPICallError | exceptions.RetryError)
    assert len(sink.records) == len(sink.started) == 1
    assert sink.outcomes == [Outcome.FAILED]


@EVERY
async def test_cancelled_by_the_program(variant: Variant, sink: RecordingSink, hung_up: threading.Event) -> None:
    """`cancel` in the middle of an utterance interrupts it, at once."""
    stream = await variant.open_endless(SAID, hung_up)
    await (anext(aiter(stream)) if variant.colour else settled(next(stream)))
    assert stream.cancel()
    assert sink.only(SpeechToText).outcome is Outcome.INTERRUPTED
    assert sink.opened == sink.closed
    with contextlib.suppress(Exception, asyncio.CancelledError):
        await read(stream)
    assert sink.outcomes == [Outcome.INTERRUPTED]


@pytest.mark.parametrize("package", ["speech_v1", "speech_v2"])
def test_closed_while_it_waits_for_the_first_answer(package: str, sink: RecordingSink) -> None:
    """A synchronous call waits for that; closing its client meanwhile is no failure of the service."""
    variant, begun, over = Variant(package, ""), threading.Event(), threading.Event()
    errors: list[Exception] = []
    made = client(package)

    def silence() -> Iterator[Any]:
        yield variant.configuration()
        begun.set()
        over.wait(20)

    def listen() -> None:
        try:
            made.streaming_recognize(requests=silence(), **options())
        except Exception as error:
            errors.append(error)

    made = made if package == "speech_v2" else super(type(made).__mro__[1], made)
    listening = threading.Thread(target=listen)
    listening.start()
    assert begun.wait(10)
    made.transport.close()
    listening.join()
    over.set()
    assert [type(error).__name__ for error in errors] == ["Cancelled"]
    assert sink.opened == sink.closed
    assert sink.records == sink.started == []


@EVERY
async def test_dropped(variant: Variant, sink: RecordingSink, hung_up: threading.Event) -> None:
    """A stream that is forgotten in the middle of an utterance interrupts it."""
    stream = await variant.open_endless(SAID, hung_up)
    async for _ in aiter(stream) if variant.colour else _async(stream):
        break
    del _, stream
    await until(lambda: sink.records, "the utterance has ended")
    assert sink.outcomes == [Outcome.INTERRUPTED]
    assert sink.opened == sink.closed


@EVERY
async def test_never_read(variant: Variant, sink: RecordingSink, hung_up: threading.Event) -> None:
    """A stream of which nothing is read leaves nothing open."""
    stream = await variant.open_endless(SAID, hung_up)
    assert sink.opened
    del stream
    await until(lambda: sink.opened == sink.closed, "the conversation is closed")
    assert sink.records == sink.started == []


@pytest.mark.parametrize("variant", ASYNC, ids=str)
async def test_a_dropped_stream_needs_no_collector(variant: Variant, hung_up: threading.Event) -> None:
    """Dropping the last reference to a stream that was not read cancels its call, with us as without."""
    with observing(PROVIDER) as sink:
        gc.disable()
        try:
            stream = await variant.open_endless(SAID, hung_up)
            del stream
            assert sink.opened == sink.closed
        finally:
            gc.enable()


@pytest.mark.parametrize("variant", ASYNC, ids=str)
async def test_a_cancelled_task(variant: Variant, sink: RecordingSink, hung_up: threading.Event) -> None:
    """A task that is cancelled while it reads interrupts the utterance."""
    reading = await _reading_in_silence(variant, sink, hung_up)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert sink.outcomes == [Outcome.INTERRUPTED]
    assert sink.opened == sink.closed


async def _reading_in_silence(variant: Variant, sink: RecordingSink, hung_up: threading.Event) -> asyncio.Task[Any]:
    """A task that reads a stream on which all has been sent."""
    silent = asyncio.Event()
    reading = asyncio.create_task(read(await variant.open_endless(SAID, hung_up, silent)))
    await until(lambda: sink.started and silent.is_set(), "an utterance has begun")
    return reading


class _Watched:
    """The program's iterator, which notes who reads it and when."""

    def __init__(self, requests: Iterator[Any]) -> None:
        self._requests = requests
        self.asked: list[tuple[str, Any, Any]] = []

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        name = threading.current_thread().name.rpartition("-")[0]
        self.asked.append((name, _variable.get(), current.get()))
        _variable.set(_variable.get() + 1)
        return next(self._requests)


_variable: contextvars.ContextVar[int] = contextvars.ContextVar("of_the_program", default=0)


@EVERY
async def test_requests_are_read_as_they_are_without_us(variant: Variant) -> None:
    """As many, in the same order, by the same kind of thread, in one context that inherits the caller's."""
    noted = []
    for observed in (False, True):
        _variable.set(100)
        watched = _Watched(variant.requests(TALK))
        with observing(PROVIDER) if observed else contextlib.nullcontext():
            before = dict(contextvars.copy_context())
            if variant.colour:
                stream = await client(variant.package, "Async").streaming_recognize(requests=watched, **options(SAID))
                answers = await read(stream)
            else:
                answers = await read(await variant.open(watched, SAID))
            assert dict(contextvars.copy_context()) == before
        noted.append((watched.asked, answers))
    assert noted[0] == noted[1]
    assert len(noted[0][0]) == len(TALK) + 2  # the configuration, and the end


@EVERY
async def test_an_error_in_the_programs_iterator(variant: Variant) -> None:
    """What the program's iterator raises has the end it has without us."""

    def breaking() -> Iterator[Any]:
        yield from variant.requests(TALK[:10])
        raise ValueError("the program's own")

    async def ending() -> Any:
        try:
            return await read(await variant.open(breaking(), SAID))
        except (Exception, asyncio.CancelledError) as error:
            return type(error), str(error)

    bare = await ending()
    with observing(PROVIDER) as sink:
        assert await ending() == bare
    assert sink.opened == sink.closed
    assert len(sink.started) == len(sink.records)


@pytest.mark.parametrize("variant", ASYNC, ids=str)
async def test_nothing_happens_until_it_is_awaited(variant: Variant, sink: RecordingSink) -> None:
    """An asynchronous call that is not awaited reads no request."""
    watched = _Watched(variant.requests(TALK))
    promised = client(variant.package, "Async").streaming_recognize(requests=watched, **options())
    assert asyncio.iscoroutine(promised)
    promised.close()
    assert watched.asked == []
    assert sink.opened == sink.started == []


@EVERY
async def test_switched_off(variant: Variant) -> None:
    """A sink that is switched off sees nothing, and the program gets its answers."""
    sink = RecordingSink()
    sink.on = False
    with observing(PROVIDER, sink):
        assert await read(await variant.open(variant.requests(TALK), SAID))
    assert sink.started == sink.opened == []


@EVERY
async def test_left_behind(variant: Variant) -> None:
    """A stream that began while we were installed ends after we left, and its record with it."""
    with observing(PROVIDER) as sink:
        stream = await variant.open(variant.requests(TALK), SAID)
    await read(stream)
    assert sink.outcomes == [Outcome.COMPLETED]
    assert sink.opened == sink.closed


def _broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a hook of ours")


@EVERY
@pytest.mark.parametrize("hook", ["opening", "opened", "refused", "sent", "received", "broken", "closed", "answer"])
async def test_a_broken_observer_harms_nobody(variant: Variant, hook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever hook of ours raises, the program gets the same answers and the same errors."""
    bare = await read(await variant.open(variant.requests(TALK), SAID))
    refusal = said(await failure(variant, "fail=401"))
    monkeypatch.setattr(guard, "strict", False)
    points = [replace(point, observer=type("B", (point.observer,), {hook: _broken})) for point in PROVIDER.points]
    with observing(replace(PROVIDER, points=points)):
        assert await read(await variant.open(variant.requests(TALK), SAID)) == bare
        assert said(await failure(variant, "fail=401")) == refusal
        gc.collect()


async def _async(stream: Any) -> AsyncIterator[Any]:
    for answer in stream:
        yield answer
