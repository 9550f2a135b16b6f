"""The program cannot tell that we are there, and what it says itself holds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import otel_voice
from otel_voice.conversations import arrival, tracker
from otel_voice.telemetry import names
from tests.ingress import servers
from tests.ingress.agents import Agent
from tests.ingress.calling import asks, calls, says, until
from tests.signals import Signals


async def conversations(told: Signals, count: int = 1) -> list[Any]:
    def ended() -> list[Any]:
        found = [span for span in told.spans() if span.name == "conversation"]
        return found if len(found) == count else []

    found: list[Any] = await until(ended)
    return found


def port_of(server: Any) -> int:
    """Where a server of `websockets` listens."""
    port: int = next(iter(server.sockets)).getsockname()[1]
    return port


async def test_what_the_program_sets_stays(told: Signals, agent: Agent) -> None:
    """Its headers are sent once and as they are, and the messages it sends are not changed."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        accept = {"type": "websocket.accept", "headers": [(b"X-Request-Id", b"mine")]}
        sent.append(accept)
        await receive()
        await send(accept)
        await send({"type": "websocket.close"})

    async for port in servers.serve_asgi(app):
        async with calls(port, {"X-Request-ID": "theirs"}) as websocket:
            await websocket.wait_closed()
            assert websocket.response.headers.get_all("X-Request-ID") == ["mine"]
    assert sent == [{"type": "websocket.accept", "headers": [(b"X-Request-Id", b"mine")]}]


async def test_a_response_of_websockets(told: Signals, agent: Agent) -> None:
    """The program sees its own response, to which it has added what it likes."""
    from websockets.asyncio.server import serve

    seen: list[Any] = []

    def respond(connection: Any, request: Any, response: Any) -> None:
        response.headers["X-Correlation-ID"] = "mine"
        seen.append(response)

    async def call(connection: Any) -> None:
        seen.append(connection.response)

    serving = serve(call, "127.0.0.1", 0, process_response=respond)
    async with serving as server, calls(port_of(server)) as websocket:
        await websocket.wait_closed()
        assert websocket.response.headers.get_all("X-Correlation-ID") == ["mine"]
        assert "X-Request-ID" in websocket.response.headers
    assert seen[0] is seen[1]
    assert "X-Request-ID" not in seen[0].headers


async def test_a_health_check_of_websockets(told: Signals, agent: Agent) -> None:
    """What is answered with no websocket is no conversation."""
    from websockets.asyncio.server import serve

    async with serve(
        lambda connection: connection.wait_closed(),
        "127.0.0.1",
        0,
        process_request=lambda connection, request: connection.respond(200, "ok"),
    ) as server:
        await asks(port_of(server), "/")
    assert not told.spans()


async def test_a_refused_connection(told: Signals, agent: Agent) -> None:
    """A websocket that is not accepted is no conversation."""
    from websockets.exceptions import InvalidStatus

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.close"})

    async for port in servers.serve_asgi(app):
        with pytest.raises(InvalidStatus):
            async with calls(port):
                pass
    assert not told.spans()


async def test_errors_and_cancellation_pass(told: Signals) -> None:
    """The very error, and the very cancellation; the conversation of each is over, and nothing is left behind."""
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute

    problem = servers.BrokenError()
    stuck = asyncio.Event()

    class Mine(Starlette):
        """A subclass, as programs have them."""

    async def fail(websocket: Any) -> None:
        await websocket.accept()
        raise problem

    async def wait(websocket: Any) -> None:
        await websocket.accept()
        stuck.set()
        await asyncio.Event().wait()

    app = Mine(routes=[WebSocketRoute("/fail", fail), WebSocketRoute("/wait", wait)])
    assert isinstance(app, Starlette)
    with pytest.raises(servers.BrokenError) as raised:
        await app(*connection("/fail"))
    assert raised.value is problem
    task = asyncio.create_task(app(*connection("/wait")))
    await stuck.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert arrival.current.get() is None and tracker.current.get() is None
    outcomes = [span.attributes[names.VOICE_CONVERSATION_OUTCOME] for span in await conversations(told, 2)]
    assert outcomes == ["failed", "abandoned"]


def connection(path: str) -> tuple[Any, Any, Any]:
    """What a server calls an application with."""

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        return None

    scope = {"type": "websocket", "path": path, "root_path": "", "query_string": b"", "headers": [], "subprotocols": []}
    return scope, receive, send


async def test_the_programs_own_name_holds(told: Signals, agent: Agent) -> None:
    """`otel_voice.conversation()` in a handler names the connection's conversation, and makes no second one."""
    from websockets.asyncio.server import serve

    async def call(connection: Any) -> None:
        assert otel_voice.current_conversation() is not None
        with otel_voice.conversation("mine", user_id="u-1", channel="phone"):
            await agent.answer("model")

    headers = {"X-Conversation-ID": "theirs"}
    async with serve(call, "127.0.0.1", 0) as server, calls(port_of(server), headers) as websocket:
        await websocket.wait_closed()
    (conversation,) = await conversations(told)
    assert conversation.attributes[names.GEN_AI_CONVERSATION_ID] == "mine"
    assert conversation.attributes[names.VOICE_CONVERSATION_ORIGIN] == "explicit"
    assert conversation.attributes[names.USER_ID] == "u-1"
    assert told.span("chat model").attributes[names.GEN_AI_CONVERSATION_ID] == "mine"
    active = {str(dict(point.attributes)): point.value for point in told.points(names.METRIC_VOICE_CONVERSATION_ACTIVE)}
    assert set(active.values()) == {0}


async def test_a_request_does_not_end_what_it_joined(told: Signals, agent: Agent) -> None:
    """A request that joins a connection's conversation may name one of its own, and that is another."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            with otel_voice.conversation("other"):
                await agent.answer("inside")
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    async for port in servers.serve_asgi(app):
        async with calls(port, {"X-Conversation-ID": "call"}):
            await asks(port, "/", {"X-Conversation-ID": "call"})
            (other,) = await conversations(told)
        await conversations(told, 2)
    assert other.attributes[names.GEN_AI_CONVERSATION_ID] == "other"


async def test_log_records_say_whose_they_are(told: Signals) -> None:
    """Those of a connection have its conversation and its ids, those of a request its ids, and others none."""
    from otel_voice.logs import context as log_context

    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            seen["request"] = log_context.current()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await receive()
        await send({"type": "websocket.accept"})
        seen["connection"] = log_context.current()
        await send({"type": "websocket.close"})

    ids = {"X-Correlation-ID": "c-1", "X-Request-ID": "r-1"}
    async for port in servers.serve_asgi(app):
        async with calls(port, {**ids, "X-Conversation-ID": "call"}) as websocket:
            await websocket.wait_closed()
        await asks(port, "/", ids)
    said = {names.VOICE_CORRELATION_ID: "c-1", names.VOICE_INBOUND_REQUEST_ID: "r-1"}
    assert seen["request"].attributes == said
    assert seen["connection"].attributes.items() >= {**said, names.GEN_AI_CONVERSATION_ID: "call"}.items()
    assert log_context.current() is None


async def test_tasks_and_threads_belong_to_the_connection(told: Signals, agent: Agent) -> None:
    """Also work that a handler gives to others, and that goes on beside it."""
    import threading

    from websockets.asyncio.server import serve

    async def call(connection: Any) -> None:
        thread = threading.Thread(target=agent.answer_sync, args=("thread",))
        thread.start()
        await asyncio.gather(agent.answer("task"), asyncio.to_thread(agent.answer_sync, "executor"))
        await asyncio.get_running_loop().run_in_executor(None, thread.join)

    async with serve(call, "127.0.0.1", 0) as server:
        port = port_of(server)
        async with calls(port, {"X-Conversation-ID": "a"}) as one, calls(port, {"X-Conversation-ID": "b"}) as other:
            await asyncio.gather(one.wait_closed(), other.wait_closed())
    await conversations(told, 2)
    asked = [
        (span.name, span.attributes[names.GEN_AI_CONVERSATION_ID])
        for span in told.spans()
        if span.name.startswith("chat")
    ]
    assert sorted(asked) == [(f"chat {how}", call) for how in ("executor", "task", "thread") for call in ("a", "b")]


async def test_work_that_outlives_its_connection_is_nobody_elses(told: Signals, agent: Agent) -> None:
    """A summary that is written after hang-up does not become a part of the only call that is still open; nor does
    what runs for no connection at all."""
    from websockets.asyncio.server import serve

    over = asyncio.Event()
    left: list[asyncio.Task[Any]] = []

    async def later() -> None:
        await over.wait()
        await agent.answer("late")

    async def call(connection: Any) -> None:
        if await connection.recv() == "leave":
            left.append(asyncio.create_task(later()))
            return
        await connection.wait_closed()

    async with serve(call, "127.0.0.1", 0) as server:
        port = port_of(server)
        async with calls(port) as stays:
            await stays.send("stay")
            async with calls(port) as leaves:
                await leaves.send("leave")
                await leaves.wait_closed()
            await conversations(told)
            over.set()
            await asyncio.gather(*left, agent.answer("stranger"))
    assert names.VOICE_CONVERSATION_ID not in told.span("chat late").attributes
    assert names.VOICE_CONVERSATION_ID not in told.span("chat stranger").attributes


@pytest.mark.parametrize("server", servers.ALL, ids=lambda server: server.__name__)
async def test_uninstall(server: Any, told: Signals, agent: Agent) -> None:
    """A server that runs on is as it was, and so are the classes; a second time is as the first."""
    from aiohttp.web import Application
    from starlette.applications import Starlette
    from websockets.asyncio.server import ServerConnection

    def patched() -> list[bool]:
        owners = ((Application, "_handle"), (Starlette, "__call__"), (ServerConnection, "handshake"))
        return [hasattr(vars(owner)[name], "__wrapped__") for owner, name in owners]

    assert all(patched())
    async with server(agent) as port:
        otel_voice.uninstrument()
        assert not any(patched())
        async with calls(port) as websocket:
            await says(websocket, "model")
            assert "X-Request-ID" not in websocket.response.headers
        assert not told.spans()
        otel_voice.instrument(**told.providers())
    async with server(agent) as port:
        async with calls(port) as websocket:
            await says(websocket, "model")
        await conversations(told)
