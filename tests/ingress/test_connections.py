"""A connection is a conversation, at every server: its ids, its trace, its end, and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from tests.ingress import servers
from tests.ingress.agents import Agent
from tests.ingress.calling import SPAN, TRACE, TRACEPARENT, asks, calls, says, until
from tests.signals import Signals

Server = Callable[[Agent], AbstractAsyncContextManager[int]]
every_server = pytest.mark.parametrize("server", servers.ALL, ids=lambda server: server.__name__)
every_http_server = pytest.mark.parametrize("server", servers.WITH_HTTP, ids=lambda server: server.__name__)

CALL, STREAM = "CA" + "1a2b3c4d" * 4, "MZ" + "9f8e7d6c" * 4
CONNECTED = '{"event": "connected", "protocol": "Call", "version": "1.0.0"}'
START = (
    '{"event": "start", "sequenceNumber": "1", "streamSid": "%(stream)s", "start": {"accountSid": "AC1", '
    '"streamSid": "%(stream)s", "callSid": "%(call)s", "tracks": ["inbound"], "customParameters": {}}}'
)


def conversations(told: Signals) -> list[Any]:
    return [span for span in told.spans() if span.name == "conversation"]


async def only(told: Signals) -> Any:
    """The conversation, once it has ended."""
    (found,) = await until(lambda: conversations(told))
    return found


@every_server
async def test_one_trace_a_connection(server: Server, told: Signals, agent: Agent) -> None:
    """Both calls of the model stand in the caller's trace, in the conversation that the caller named."""
    headers = {"X-Conversation-ID": "call-1", "X-Correlation-ID": "c-1", "X-Request-ID": "r-1"}
    async with server(agent) as port:
        async with calls(port, {**headers, "traceparent": TRACEPARENT}) as websocket:
            await says(websocket, "model-a", "model-b")
            answered = websocket.response.headers
        conversation = await only(told)
    spans = told.spans()
    assert {span.context.trace_id for span in spans} == {int(TRACE, 16)}
    assert conversation.parent.span_id == int(SPAN, 16)
    assert conversation.attributes[names.GEN_AI_CONVERSATION_ID] == "call-1"
    assert conversation.attributes[names.VOICE_CONVERSATION_ORIGIN] == "connection"
    assert conversation.attributes[names.VOICE_CORRELATION_ID] == "c-1"
    assert conversation.attributes[names.VOICE_INBOUND_REQUEST_ID] == "r-1"
    assert conversation.attributes[names.VOICE_CONVERSATION_OUTCOME] != "failed"
    turns = {span.context.span_id for span in spans if span.name == "turn"}
    asked = [span for span in spans if span.name.startswith("chat ")]
    assert {span.name for span in asked} == {"chat model-a", "chat model-b"}
    assert {span.parent.span_id for span in asked} <= turns
    assert {name: answered[name] for name in headers} == headers
    assert answered["traceresponse"] == f"00-{TRACE}-{conversation.context.span_id:016x}-01"
    assert not runtime().conversations._open


@every_server
async def test_connections_do_not_mix(server: Server, told: Signals, agent: Agent) -> None:
    """Ten calls at once, each asking twice: ten traces, and in each what this caller asked."""
    everybody = asyncio.Barrier(10) if hasattr(asyncio, "Barrier") else None

    async def call(number: int) -> None:
        async with calls(port, {"X-Conversation-ID": f"call-{number}"}) as websocket:
            if everybody is not None:
                await everybody.wait()
            await says(websocket, f"model-{number}", f"model-{number}")

    async with server(agent) as port:
        await asyncio.gather(*(call(number) for number in range(10)))
        await until(lambda: len(conversations(told)) == 10)
    assert_apart(told, 10)


async def test_fifty_connections_at_once(told: Signals, agent: Agent) -> None:
    """The same with fifty, and requests of nobody's call between them."""
    async with servers.uvicorn_sansio(agent) as port:

        async def call(number: int) -> None:
            async with calls(port, {"X-Conversation-ID": f"call-{number}"}) as websocket:
                opened.append(number)
                await until(lambda: len(opened) == 50)
                await asyncio.gather(says(websocket, f"model-{number}"), asks(port, "/ask/stranger"))

        opened: list[int] = []
        await asyncio.gather(*(call(number) for number in range(50)))
        await until(lambda: len(conversations(told)) == 50)
    strangers = [span for span in told.spans() if span.name == "chat stranger"]
    assert len(strangers) == 50
    assert not [span for span in strangers if names.VOICE_CONVERSATION_ID in span.attributes]
    assert_apart(told, 50)


def assert_apart(told: Signals, count: int) -> None:
    """Each conversation is a trace, and what is asked in it is its own."""
    spans = [span for span in told.spans() if span.name != "chat stranger"]
    assert len({span.context.trace_id for span in spans}) == count
    trace_of = {span.attributes[names.GEN_AI_CONVERSATION_ID]: span.context.trace_id for span in conversations(told)}
    for span in spans:
        if span.name.startswith("chat "):
            number = span.name.removeprefix("chat model-")
            assert span.attributes[names.GEN_AI_CONVERSATION_ID] == f"call-{number}"
            assert span.context.trace_id == trace_of[f"call-{number}"]


@every_server
async def test_a_failed_handler(server: Server, told: Signals, agent: Agent) -> None:
    """The conversation ends with its connection, and says that it failed."""
    async with server(agent) as port, calls(port) as websocket:
        await says(websocket, "model")
        await websocket.send("fail")
        await until(lambda: websocket.protocol.close_rcvd or websocket.protocol.eof_sent)
        conversation = await only(told)
    assert conversation.attributes[names.VOICE_CONVERSATION_OUTCOME] == "failed"
    assert not runtime().conversations._open


@every_server
async def test_the_handler_returns(server: Server, told: Signals, agent: Agent) -> None:
    """The server hangs up: the conversation is over although the caller still holds the connection."""
    async with server(agent) as port, calls(port) as websocket:
        await websocket.send("bye")
        conversation = await only(told)
    assert conversation.attributes[names.VOICE_CONVERSATION_OUTCOME] == "abandoned"


@every_server
async def test_twilio(server: Server, told: Signals, agent: Agent) -> None:
    """The start message names the call, its stream, and the conversation; the program reads what it always read."""
    async with server(agent) as port:
        async with calls(port) as websocket:
            await says(websocket, CONNECTED, START % {"call": CALL, "stream": STREAM}, "model")
        conversation = await only(told)
    assert conversation.attributes[names.VOICE_TELEPHONY_CALL_ID] == CALL
    assert conversation.attributes[names.VOICE_TELEPHONY_STREAM_ID] == STREAM
    assert conversation.attributes[names.GEN_AI_CONVERSATION_ID] == CALL
    assert told.span("chat model").attributes[names.GEN_AI_CONVERSATION_ID] == CALL


async def test_twilio_does_not_rename(told: Signals, agent: Agent) -> None:
    """Who has a name keeps it."""
    async with servers.websockets(agent) as port:
        async with calls(port, {"X-Conversation-ID": "mine"}) as websocket:
            await says(websocket, CONNECTED, START % {"call": CALL, "stream": STREAM})
        conversation = await only(told)
    assert conversation.attributes[names.GEN_AI_CONVERSATION_ID] == "mine"
    assert conversation.attributes[names.VOICE_TELEPHONY_CALL_ID] == CALL


@pytest.mark.parametrize(
    "first",
    (
        "hello",
        "{not json",
        '{"event": ["start"]}',
        '{"event": "start", "start": "x"}',
        START % {"call": "CA<script>", "stream": STREAM},
        START % {"call": CALL, "stream": STREAM} + " " * 20_000,
        "[" * 5_000,
    ),
    ids=("words", "broken", "list", "text", "hostile", "long", "deep"),
)
async def test_what_is_not_twilio(first: str, told: Signals, agent: Agent) -> None:
    """Other messages name nothing and hurt nobody, and what comes after them is not looked at."""
    async with servers.websockets(agent) as port:
        async with calls(port) as websocket:
            await says(websocket, first, START % {"call": CALL, "stream": STREAM})
        conversation = await only(told)
    assert names.VOICE_TELEPHONY_CALL_ID not in conversation.attributes
    assert names.GEN_AI_CONVERSATION_ID not in conversation.attributes


@every_http_server
async def test_a_request_is_no_conversation(server: Server, told: Signals, agent: Agent) -> None:
    """A health check gets its ids and nothing else; those that the caller sent come back."""
    async with server(agent) as port:
        answered = await asks(port, "/health")
        again = await asks(port, "/health", {"X-Request-ID": "r-7", "X-Correlation-ID": "c-7"})
    assert answered["X-Request-ID"] == answered["X-Correlation-ID"]
    assert (again["X-Request-ID"], again["X-Correlation-ID"]) == ("r-7", "c-7")
    assert "X-Conversation-ID" not in again
    assert not told.spans()
    assert not told.points(names.METRIC_VOICE_CONVERSATIONS)


@every_http_server
async def test_a_request_joins_the_conversation_it_names(server: Server, told: Signals, agent: Agent) -> None:
    """What it asks stands in the connection's trace; a request of nobody's stays alone, in its caller's trace."""
    async with server(agent) as port:
        async with calls(port, {"X-Conversation-ID": "call-1"}) as websocket:
            await says(websocket, "model")
            answered = await asks(port, "/ask/joined", {"X-Conversation-ID": "call-1"})
            await asks(port, "/ask/alone", {"traceparent": TRACEPARENT, "X-Correlation-ID": "c-9"})
        conversation = await only(told)
    assert answered["X-Conversation-ID"] == "call-1"
    joined, alone = told.span("chat joined"), told.span("chat alone")
    assert joined.context.trace_id == conversation.context.trace_id
    assert joined.attributes[names.GEN_AI_CONVERSATION_ID] == "call-1"
    assert (alone.context.trace_id, alone.parent.span_id) == (int(TRACE, 16), int(SPAN, 16))
    assert alone.attributes[names.VOICE_CORRELATION_ID] == "c-9"
    assert names.VOICE_CONVERSATION_ID not in alone.attributes


@every_http_server
async def test_a_request_that_names_a_conversation_nobody_holds(server: Server, told: Signals, agent: Agent) -> None:
    """It is one for as long as it lasts, when something happens in it."""
    async with server(agent) as port:
        await asks(port, "/health", {"X-Conversation-ID": "call-2"})
        await asks(port, "/ask/model", {"X-Conversation-ID": "call-2", "traceparent": TRACEPARENT})
        conversation = await only(told)
    assert conversation.attributes[names.GEN_AI_CONVERSATION_ID] == "call-2"
    assert told.span("chat model").attributes[names.GEN_AI_CONVERSATION_ID] == "call-2"
    assert {span.context.trace_id for span in told.spans()} == {int(TRACE, 16)}
    assert len(conversations(told)) == 1
