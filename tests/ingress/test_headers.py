"""What a stranger may say in a header: ids and traces that are well formed, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from otel_voice.telemetry import names
from tests.ingress import servers
from tests.ingress.agents import Agent
from tests.ingress.calling import TRACE, TRACEPARENT, asks, calls, says, until
from tests.signals import Signals

HOSTILE = {
    "long": "x" * 129,
    "empty": "",
    "blank": "a b",
    "markup": "<script>alert(1)</script>",
    "lookup": "${jndi:ldap://evil}",
    "tab": "a\tb",
    "bytes": "caf\xe9",
    "key": "sk-proj-abcdefghijklmnopqrstuvwxyz123456",
    "mail": "someone@example.com",
    "phone": "+49-170-1234567",
}
BAD_TRACES = {
    "text": "hello",
    "zero": f"00-{'0' * 32}-{'1' * 16}-01",
    "version": TRACEPARENT.replace("00-", "ff-", 1),
    "longer": TRACEPARENT + "-00",
    "long": TRACEPARENT + "0" * 7_000,
}


async def conversation_of(told: Signals, port: int, headers: Any) -> tuple[Any, Any]:
    """The conversation of a call with these headers, and the headers that come back."""
    async with calls(port, headers) as websocket:
        await says(websocket, "model")
        answered = websocket.response.headers
    (found,) = await until(lambda: [span for span in told.spans() if span.name == "conversation"])
    return found, answered


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_ids(value: str, told: Signals, agent: Agent) -> None:
    """They are neither told nor sent back: others are made in their place."""
    async with servers.uvicorn_sansio(agent) as port:
        sent = {name: value.encode("latin-1").decode("latin-1") for name in ("X-Conversation-ID", "X-Request-ID")}
        answered = await asks(port, "/ask/model", sent)
    assert len(answered["X-Request-ID"]) == 32
    assert "X-Conversation-ID" not in answered
    assert not [span for span in told.spans() if span.name == "conversation"]
    (asked,) = told.spans()
    assert asked.attributes[names.VOICE_INBOUND_REQUEST_ID] == answered["X-Request-ID"]


async def test_ids_of_a_connection(told: Signals, agent: Agent) -> None:
    """A connection without an id gets one back, which is ours and not the caller's; so it is with two of them."""
    async with servers.websockets(agent) as port:
        headers = [("X-Conversation-ID", "one"), ("X-Conversation-ID", "two")]
        conversation, answered = await conversation_of(told, port, headers)
    assert answered["X-Conversation-ID"] == conversation.attributes[names.VOICE_CONVERSATION_ID]
    assert len(answered["X-Conversation-ID"]) == 32
    assert names.GEN_AI_CONVERSATION_ID not in conversation.attributes


@pytest.mark.parametrize("value", BAD_TRACES.values(), ids=BAD_TRACES)
async def test_bad_traces(value: str, told: Signals, agent: Agent) -> None:
    """A conversation then begins a trace of its own."""
    async with servers.uvicorn_sansio(agent) as port:
        conversation, _ = await conversation_of(told, port, {"traceparent": value})
    assert conversation.parent is None
    assert conversation.context.trace_id != int(TRACE, 16)


async def test_a_trace_that_is_not_sampled(told: Signals, agent: Agent) -> None:
    """The caller's decision holds, as W3C has it, and the program runs on."""
    headers = {"traceparent": TRACEPARENT.removesuffix("1") + "0"}
    async with servers.uvicorn_sansio(agent) as port, calls(port, headers) as websocket:
        await says(websocket, "model")
        assert websocket.response.headers["traceresponse"].endswith("-00")
    assert not told.spans()


async def test_baggage(told: Signals, agent: Agent) -> None:
    """It is handed on to what the program calls, without what nobody should log; it is not sent back."""
    from opentelemetry import baggage

    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        seen.append(dict(baggage.get_all()))
        await send({"type": "websocket.close"})

    headers = [("baggage", "tenant=blue,line=a%0Ab"), ("baggage", "plan=gold"), ("traceparent", TRACEPARENT)]
    async for port in servers.serve_asgi(app):
        async with calls(port, headers) as websocket:
            await websocket.wait_closed()
            assert "baggage" not in websocket.response.headers
    assert seen == [{"tenant": "blue", "plan": "gold"}]
