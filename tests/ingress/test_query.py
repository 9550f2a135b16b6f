"""A browser's websocket cannot send headers: its URL says which conversation it is, and which trace it continues."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from otel_voice.ingress.query import MOST_CHARACTERS, MOST_PARAMETERS, beside
from otel_voice.telemetry import names
from tests.ingress import servers
from tests.ingress.agents import Agent
from tests.ingress.calling import SPAN, TRACE, TRACEPARENT, asks, calls, says, until
from tests.ingress.test_headers import BAD_TRACES, HOSTILE
from tests.signals import Signals

SAID = f"/?room=7&x-conversation-id=call-7&traceparent={TRACEPARENT}"
OTHER = f"00-{'1' * 32}-{'2' * 16}-01"


async def conversation_of(told: Signals, port: int, path: str, headers: Any = ()) -> Any:
    async with calls(port, headers, path) as websocket:
        await says(websocket, "model")
    (found,) = await until(lambda: [span for span in told.spans() if span.name == "conversation"])
    return found


@pytest.mark.parametrize("server", servers.ALL, ids=lambda server: server.__name__)
async def test_the_query_says_what_headers_would(server: Any, told: Signals, agent: Agent) -> None:
    """Behind every server, the conversation has the caller's name and stands in the caller's trace."""
    async with server(agent) as port:
        found = await conversation_of(told, port, SAID)
    assert found.attributes[names.GEN_AI_CONVERSATION_ID] == "call-7"
    assert (found.context.trace_id, found.parent.span_id) == (int(TRACE, 16), int(SPAN, 16))


async def test_a_header_goes_before_the_query(told: Signals, agent: Agent) -> None:
    """A proxy that says it better is believed."""
    async with servers.uvicorn_sansio(agent) as port:
        headers = {"traceparent": OTHER, "X-Conversation-ID": "theirs"}
        found = await conversation_of(told, port, SAID, headers)
    assert found.attributes[names.GEN_AI_CONVERSATION_ID] == "theirs"
    assert found.context.trace_id == int("1" * 32, 16)


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_ids(value: str, told: Signals, agent: Agent) -> None:
    """What would not be believed in a header is not believed in a query."""
    async with servers.websockets(agent) as port:
        found = await conversation_of(told, port, "/?" + urlencode({"x-conversation-id": value}))
    assert names.GEN_AI_CONVERSATION_ID not in found.attributes
    assert len(found.attributes[names.VOICE_CONVERSATION_ID]) == 32


@pytest.mark.parametrize("value", BAD_TRACES.values(), ids=BAD_TRACES)
async def test_bad_traces(value: str, told: Signals, agent: Agent) -> None:
    """A conversation then begins a trace of its own."""
    async with servers.websockets(agent) as port:
        found = await conversation_of(told, port, "/?" + urlencode({"traceparent": value}))
    assert found.parent is None


async def test_a_request_is_believed_by_its_headers_alone(told: Signals, agent: Agent) -> None:
    """What can send headers needs no query, so that a link cannot put a request into somebody's conversation."""
    async with servers.uvicorn_sansio(agent) as asgi, servers.aiohttp(agent) as aiohttp:
        for port in (asgi, aiohttp):
            answered = await asks(port, "/ask/model?x-conversation-id=call-7")
            assert "X-Conversation-ID" not in answered


@pytest.mark.parametrize(
    "query",
    [
        "",
        "x-conversation-id",
        "x=" + "y" * MOST_CHARACTERS + "&x-conversation-id=a",
        "a=1&" * MOST_PARAMETERS + "x-conversation-id=a",
        "X-Conversation-ID=a",
        "%FF%FE=x-conversation-id",
    ],
    ids=["empty", "no value", "long", "many", "capitals", "bytes"],
)
def test_queries_that_say_nothing(query: str) -> None:
    """Nothing is taken from a query that is too long, has too many parts, or does not name it exactly."""
    assert not [value for value in beside(lambda name: (), query)("x-conversation-id") if value]


def test_two_values_are_two() -> None:
    """As of a header that came twice, neither is taken: whoever decides sees both."""
    said = beside(lambda name: (), "x-conversation-id=a&x-conversation-id=b")
    assert list(said("x-conversation-id")) == ["a", "b"]
