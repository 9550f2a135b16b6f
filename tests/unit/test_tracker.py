"""Which conversation: two calls never mix, and one call stays one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import otel_voice
from otel_voice.conversations import tracker
from otel_voice.conversations.model import Conversation, Origin
from otel_voice.conversations.tracker import Conversations
from otel_voice.observation.records import Inference
from otel_voice.runtime import runtime
from tests.unit.conversing import Remembering


@pytest.fixture
def conversations() -> Iterator[Conversations]:
    tracked = Conversations(Remembering(), idle_timeout=3600)
    yield tracked
    tracked.close_all()


@pytest.fixture(autouse=True)
def _hang_up() -> Iterator[None]:
    yield
    runtime().conversations.close_all()


def place(conversations: Conversations, trace_id: int = 0) -> object:
    found = conversations.begin(Inference("openai"), trace_id)
    return found and found.conversation


def test_no_conversation_without_a_stream(conversations: Conversations) -> None:
    """A model call on its own is no conversation."""
    assert place(conversations) is None


def test_a_stream_opens_the_conversation_of_all_that_follows(conversations: Conversations) -> None:
    """A program that names nothing still gets one conversation for its one call, on any thread."""
    stream = conversations.session_opened()
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(place(conversations)))
    thread.start()
    thread.join()
    assert found == [stream]


def test_two_live_streams_are_two_calls(conversations: Conversations) -> None:
    """A second stream opens a second call, and a call from elsewhere then belongs to neither."""
    first = conversations.session_opened()
    seen: list[object] = []

    def second_call() -> None:
        second = conversations.session_opened()
        seen.append(second is not first and place(conversations) is second)

    thread = threading.Thread(target=second_call)
    thread.start()
    thread.join()
    assert seen == [True]
    assert place(conversations) is first  # the thread that holds the stream
    elsewhere: list[object] = []
    thread = threading.Thread(target=lambda: elsewhere.append(place(conversations)))
    thread.start()
    thread.join()
    assert elsewhere == [None]


def test_a_stream_that_reconnects_stays_in_its_call(conversations: Conversations) -> None:
    """A stream opened after the first one closed belongs to the same call."""
    first = conversations.session_opened()
    conversations.session_closed(first)
    assert conversations.session_opened() is first


def test_the_trace_of_a_request_tells_calls_apart(conversations: Conversations) -> None:
    """Under the spans of two inbound requests, two calls are told apart on any task."""
    one, two = conversations.session_opened(trace_id=1), conversations.session_opened(trace_id=2)
    assert one is not two
    assert place(conversations, 1) is one
    assert place(conversations, 2) is two


def test_an_implicit_call_ends_after_a_silence() -> None:
    """Without a stream and without work, an unnamed call hangs up by itself."""
    heard = Remembering()
    closed = threading.Event()
    heard.conversation_closed = lambda conversation: closed.set()  # type: ignore[method-assign]
    conversations = Conversations(heard, idle_timeout=0.05)
    conversations.session_closed(conversations.session_opened())
    assert closed.wait(5)


@pytest.mark.parametrize("origin", [Origin.EXPLICIT, Origin.CONNECTION, Origin.FRAMEWORK])
def test_a_call_whose_end_is_told_waits_for_it(origin: Origin) -> None:
    """Its stream may break and be opened anew: however long that takes, it is the same call."""
    heard = Remembering()
    closed = threading.Event()
    conversations = Conversations(heard, idle_timeout=0)
    told = conversations.open(Conversation("told", origin))
    token = tracker.current.set(told)
    conversations.session_closed(conversations.session_opened())
    tracker.current.reset(token)
    heard.conversation_closed = lambda conversation: closed.set()  # type: ignore[method-assign]
    unnamed = Conversation("unnamed", Origin.IMPLICIT)
    unnamed.sessions = 1
    conversations.open(unnamed)
    conversations.session_closed(unnamed)
    assert closed.wait(5)
    assert (unnamed.closed, told.closed) == (True, False)


def test_a_named_call_is_current_inside_and_gone_outside() -> None:
    """`conversation()` is the current one in the block, and nothing of it is left after."""
    with otel_voice.conversation("call-1") as named:
        assert otel_voice.current_conversation() == named
    assert otel_voice.current_conversation() is None
    assert named.closed


async def test_concurrent_named_calls_never_mix() -> None:
    """Each task sees its own call, also in the tasks and threads it starts."""

    async def one_call(name: str) -> list[str]:
        async with otel_voice.conversation(name):
            await asyncio.sleep(0)
            in_task = asyncio.create_task(_current_id())
            in_thread = asyncio.to_thread(lambda: otel_voice.current_conversation().id)
            return [await in_task, await in_thread]

    seen = await asyncio.gather(*(one_call(f"call-{number}") for number in range(20)))
    assert seen == [[f"call-{number}"] * 2 for number in range(20)]


async def _current_id() -> str:
    await asyncio.sleep(0)
    return otel_voice.current_conversation().id


def test_threads_and_executors_belong_to_the_call_that_starts_them() -> None:
    """A thread and a piece of pooled work see the call of their starter; the pool's worker does not keep it."""
    seen: list[object] = []
    with ThreadPoolExecutor(1) as pool:
        with otel_voice.conversation("call-1"):
            thread = threading.Thread(target=lambda: seen.append(otel_voice.current_conversation().id))
            thread.start()
            thread.join()
            seen.append(pool.submit(lambda: otel_voice.current_conversation().id).result())
        seen.append(pool.submit(otel_voice.current_conversation).result())
    assert seen == ["call-1", "call-1", None]


def test_decorators_make_a_block_of_each_call() -> None:
    """A decorated function is inside a conversation of its own at every call."""

    @otel_voice.conversation(channel="phone")
    def handle() -> str:
        return otel_voice.current_conversation().id

    @otel_voice.conversation()
    async def ahandle() -> str:
        return otel_voice.current_conversation().id

    assert len({handle(), handle(), asyncio.run(ahandle())}) == 3


def test_a_generator_function_is_refused_with_a_reason() -> None:
    """A block must not leak into whoever iterates a generator; the error says what to do."""
    with pytest.raises(TypeError, match="Put `with` around the loop"):

        @otel_voice.conversation()
        def handle() -> Iterator[int]:
            yield 1


def test_another_request_does_not_join_the_only_call(conversations: Conversations) -> None:
    """While one request's call is open, a greeting or a stream under another request is not taken for a part of it."""
    first = conversations.session_opened(trace_id=1)
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(place, conversations, 2).result() is None
    conversations.session_closed(first)  # between two streams of the first call
    assert conversations.session_opened(trace_id=2) is not first
    assert place(conversations, 1) is first


def test_another_request_does_not_join_a_named_call(conversations: Conversations) -> None:
    """A program that names its calls does not mean its other requests by it."""
    named = conversations.open(Conversation("call-1", Origin.EXPLICIT, given=True))
    assert place(conversations, 2) is None
    assert place(conversations) is named  # a native callback: no trace, and nothing else it could belong to


def test_two_calls_of_one_name_are_two(conversations: Conversations) -> None:
    """An id that a program gives twice at a time ends each call by itself."""
    one = conversations.open(Conversation("same", Origin.EXPLICIT, given=True))
    two = conversations.open(Conversation("same", Origin.EXPLICIT, given=True))
    conversations.close(one)
    assert not two.closed
    assert conversations.find() is two
    conversations.close_all()
    assert two.closed
