"""What is served here, and the conversation that it belongs to."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.conversations import arrival
from otel_voice.conversations.arrival import Arrival
from otel_voice.conversations.model import Conversation, Origin
from otel_voice.conversations.tracker import Conversations
from otel_voice.observation.records import Inference
from tests.unit.conversing import Remembering


@pytest.fixture
def conversations() -> Iterator[Conversations]:
    tracked = Conversations(Remembering(), idle_timeout=3600)
    yield tracked
    tracked.close_all()


def served(arrived: Arrival, function: Any, *args: Any) -> Any:
    """Call something while this is served."""
    context = contextvars.copy_context()
    context.run(arrival.current.set, arrived)
    return context.run(function, *args)


def place(conversations: Conversations) -> Any:
    found = conversations.begin(Inference("openai"))
    return found and found.conversation


def test_what_a_request_starts_belongs_to_the_stream_it_opened(conversations: Conversations) -> None:
    """A call that is set up by a request (WebRTC) goes on after it, and is told from another that was set up so."""
    one, other = Arrival(None, None, None), Arrival(None, None, None)
    streams = [served(arrived, conversations.session_opened) for arrived in (one, other)]
    one.ended = other.ended = True
    assert streams[0] is not streams[1]
    assert [served(arrived, place, conversations) for arrived in (one, other)] == streams


def test_a_second_stream_of_a_connection_is_of_the_same_call(conversations: Conversations) -> None:
    """Both sides of a telephone call are two streams of one connection."""
    arrived = Arrival(None, None, None)
    call = conversations.open_for(arrived)
    assert served(arrived, conversations.session_opened) is call
    assert served(arrived, conversations.session_opened) is call


def test_a_connection_does_not_end_of_silence(conversations: Conversations) -> None:
    """Its end is known; that its stream was closed says nothing."""
    call = conversations.open_for(Arrival(None, None, None))
    call.sessions += 1
    conversations.session_closed(call)
    conversations._idle_ns = 0
    conversations._close_silent()
    assert not call.closed


def test_an_id_of_two_calls_is_nobodys(conversations: Conversations) -> None:
    """A request that names both takes part in neither."""
    for _ in range(2):
        conversations.open(Conversation("same", Origin.CONNECTION, given=True))
    arrived = Arrival("same", None, None)
    conversations.join(arrived)
    assert arrived.conversation is None
    assert served(arrived, place, conversations) is arrived.own
