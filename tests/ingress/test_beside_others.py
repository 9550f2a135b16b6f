"""Beside what else tells of a server: its span is the conversation's parent, and there is no second of its kind."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.trace import SpanKind

from otel_voice.telemetry import names
from tests.ingress import servers
from tests.ingress.agents import Agent
from tests.ingress.calling import SPAN, TRACE, TRACEPARENT, asks, calls, says, until
from tests.signals import Signals

Wrap = Callable[[Agent, Signals], Any]


def middleware(agent: Agent, told: Signals) -> Any:
    """OpenTelemetry's own, around an application, with a span for each message."""
    return OpenTelemetryMiddleware(servers.bare_app(agent), tracer_provider=told.tracer_provider)


def middleware_inside(agent: Agent, told: Signals) -> Any:
    """The same, inside of Starlette."""
    app = servers.fastapi_app(agent, **native(None))
    app.add_middleware(OpenTelemetryMiddleware, tracer_provider=told.tracer_provider)
    return app


def fastapi_native(agent: Agent, told: Signals) -> Any:
    """The telemetry that FastAPI has itself."""
    if not native(None):
        pytest.skip("this FastAPI has no telemetry of its own")
    return servers.fastapi_app(agent, **native(told))


def fastapi_instrumentor(agent: Agent, told: Signals) -> Any:
    if find_spec("opentelemetry.instrumentation.fastapi") is None:
        pytest.skip("it is in the environment of `make test-matrix CELLS=servers`")
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    app = servers.fastapi_app(agent, **native(None))
    FastAPIInstrumentor.instrument_app(app, tracer_provider=told.tracer_provider, meter_provider=told.meter_provider)
    return app


def native(told: Signals | None) -> dict[str, Any]:
    """The arguments of a FastAPI that tells of itself, or does not; none of one that cannot."""
    if find_spec("fastapi.telemetry") is None:
        return {}
    return {"telemetry": {"tracing": False} if told is None else {"tracer_provider": told.tracer_provider}}


OTHERS = (middleware, middleware_inside, fastapi_native, fastapi_instrumentor)


@pytest.mark.parametrize("wrap", OTHERS, ids=lambda wrap: wrap.__name__)
async def test_the_servers_span(wrap: Wrap, told: Signals, agent: Agent) -> None:
    """One server span, in the caller's trace; the conversation stands in it, and the turns in the conversation."""
    told.checked = True  # their spans are not of our schema
    async for port in servers.serve_asgi(wrap(agent, told)):
        async with calls(port, {"traceparent": TRACEPARENT, "X-Conversation-ID": "call-1"}) as websocket:
            await says(websocket, "model")
        await until(lambda: [span for span in told.spans() if span.kind is SpanKind.SERVER])
    spans = {span.context.span_id: span for span in told.spans()}
    assert {span.context.trace_id for span in spans.values()} == {int(TRACE, 16)}
    (server,) = (span for span in spans.values() if span.kind is SpanKind.SERVER)
    assert server.parent.span_id == int(SPAN, 16)
    assert server.instrumentation_scope.name != "otel_voice"
    conversation, turn, chat = told.span("conversation"), told.span("turn"), told.span("chat model")
    above = spans[conversation.parent.span_id]
    assert server in (above, spans.get(above.parent.span_id)), "under the server's span, or that of its endpoint"
    assert not above.name.endswith(("send", "receive"))
    assert (turn.parent.span_id, chat.parent.span_id) == (conversation.context.span_id, turn.context.span_id)


@pytest.mark.parametrize("wrap", OTHERS, ids=lambda wrap: wrap.__name__)
async def test_a_request(wrap: Wrap, told: Signals, agent: Agent) -> None:
    """What it asks stands in the server's span, which is nobody else's and no second one."""
    told.checked = True
    async for port in servers.serve_asgi(wrap(agent, told)):
        await asks(port, "/ask/model", {"traceparent": TRACEPARENT})
        await until(lambda: [span for span in told.spans() if span.kind is SpanKind.SERVER])
    (server,) = (span for span in told.spans() if span.kind is SpanKind.SERVER)
    assert server.parent.span_id == int(SPAN, 16)
    assert told.span("chat model").context.trace_id == int(TRACE, 16)
    assert told.span("chat model").parent.span_id != int(SPAN, 16)
    assert not [span for span in told.spans() if span.name == "conversation"]


async def test_aiohttp_instrumentation(told: Signals, agent: Agent) -> None:
    """OpenTelemetry's instrumentation of aiohttp's server, which is a middleware."""
    if find_spec("opentelemetry.instrumentation.aiohttp_server") is None:
        pytest.skip("it is in the environment of `make test-matrix CELLS=servers`")
    from opentelemetry.instrumentation.aiohttp_server import AioHttpServerInstrumentor

    told.checked = True
    AioHttpServerInstrumentor().instrument(tracer_provider=told.tracer_provider, meter_provider=told.meter_provider)
    try:
        async with servers.aiohttp(agent) as port:
            async with calls(port, {"traceparent": TRACEPARENT}) as websocket:
                await says(websocket, "model")
            await until(lambda: [span for span in told.spans() if span.kind is SpanKind.SERVER])
    finally:
        AioHttpServerInstrumentor().uninstrument()
    (server,) = (span for span in told.spans() if span.kind is SpanKind.SERVER)
    assert told.span("conversation").parent.span_id == server.context.span_id
    assert told.span("chat model").parent.span_id == told.span("turn").context.span_id
    assert told.span("conversation").attributes[names.VOICE_CONVERSATION_ORIGIN] == "connection"
