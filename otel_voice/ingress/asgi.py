"""An ASGI application that is called: with its connection's ids and conversation, and otherwise as ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.ingress import query
from otel_voice.ingress.serving import Headers, Serving
from otel_voice.ingress.twilio import Introduction

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[Any]]
_ACCEPT = "websocket.accept"
_ANSWERS = (_ACCEPT, "http.response.start", "websocket.http.response.start")


def calling(point: Point, sink: Sink, active: Active) -> Wrapper:
    """The call of an application, or of whatever stands for it: `(scope, receive, send, ...)`."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        serving = guarded(_serving, sink, args[0]) if active.on and len(args) > 2 else None
        if serving is None:
            return wrapped(*args, **kwargs)
        scope, receive, send, *more = args
        return _served(serving, scope, receive, send, lambda *ours: wrapped(scope, *ours, *more, **kwargs))

    return wrapper


def loading(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`Config.load` of uvicorn, which leaves the application in `loaded_app`."""
    call = calling(point, sink, active)

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = wrapped(*args, **kwargs)
        if active.on and hasattr(instance, "loaded_app"):
            instance.loaded_app = Loaded(instance.loaded_app, call)
        return result

    return wrapper


class Loaded:
    """Stands for a loaded application, in all but its calls."""

    def __init__(self, app: Any, call: Wrapper) -> None:
        self._otel_voice = app, call

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        app, call = self._otel_voice
        return await call(app, None, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name == "_otel_voice":  # not set yet, in a copy
            raise AttributeError(name)
        return getattr(self._otel_voice[0], name)


def _serving(sink: Sink, scope: Message) -> Serving | None:
    """Who serves it; None when it is no connection, or a part of one that is served already."""
    if scope["type"] not in ("http", "websocket") or not sink.enabled() or sink.calls.arrivals.inside():
        return None
    return Serving(sink, _said(scope))


def _said(scope: Message) -> Headers:
    """What the caller says of itself. A browser's websocket has no headers of its own, a request can have them."""
    headers = _Headers(scope["headers"])
    if scope["type"] != "websocket":
        return headers
    return query.beside(headers, scope.get("query_string", b"").decode("latin-1"))


class _Headers:
    """The headers of a scope: pairs of bytes, the names in lower case."""

    def __init__(self, headers: Any) -> None:
        self._values: dict[bytes, list[bytes]] = {}
        for name, value in headers:
            self._values.setdefault(name, []).append(value)

    def __call__(self, name: str) -> Sequence[str]:
        values = self._values.get(name.encode("latin-1"))
        return () if values is None else [value.decode("latin-1") for value in values]


async def _served(
    serving: Serving, scope: Message, receive: Receive, send: Send, app: Callable[[Receive, Send], Awaitable[Any]]
) -> Any:
    with serving:
        if scope["type"] == "websocket":
            return await app(_receiving(serving, receive), _sending(serving, send))
        guarded(serving.join)
        return await app(receive, _sending(serving, send))


def _sending(serving: Serving, send: Send) -> Send:
    async def sending(message: Message) -> Any:
        answer = guarded(_answer, serving, message)
        return await send(message if answer is None else answer)

    return sending


def _answer(serving: Serving, message: Message) -> Message | None:
    """The message with our headers beside the program's; None for one that has none."""
    kind = message["type"]
    if kind not in _ANSWERS:
        return None
    if kind == _ACCEPT:
        serving.open()
    headers = list(message.get("headers") or ())
    said = {bytes(name).lower() for name, _ in headers}
    for name, value in serving.answer():
        wire = name.lower().encode("latin-1")
        if wire not in said:
            headers.append((wire, value.encode("latin-1")))
    return {**message, "headers": headers}


def _receiving(serving: Serving, receive: Receive) -> Receive:
    introduction = Introduction(serving)

    async def receiving() -> Message:
        message = await receive()
        if not introduction.over:
            guarded(_read, introduction, message)
        return message

    return receiving


def _read(introduction: Introduction, message: Message) -> None:
    if message["type"] == "websocket.receive":
        introduction.read(message.get("text"))
