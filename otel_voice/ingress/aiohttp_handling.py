"""One request to an application of `aiohttp`; when it is answered by a websocket, it is a conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shadows import Shadows
from otel_voice.ingress import query
from otel_voice.ingress.serving import Headers, Serving
from otel_voice.ingress.twilio import Introduction

_handled_here: ContextVar[tuple[Any, Serving] | None] = ContextVar("otel_voice_handled", default=None)
"""The request of this task, which is one request's alone. Its answer may be sent when its handler has returned."""


def handling(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`Application._handle`: a request, from its headers to the end of its handler."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        serving = guarded(_serving, sink, args[0]) if active.on and args else None
        handled = wrapped(*args, **kwargs)
        return handled if serving is None else _handled(args[0], serving, handled)

    return wrapper


def answering(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`StreamResponse._prepare_headers`: the server adds its own headers to the program's, and so do we."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        here = _handled_here.get() if active.on else None
        if here is not None and here[0] is instance._req:
            guarded(_answer, here[1], instance)
        return wrapped(*args, **kwargs)

    return wrapper


def _serving(sink: Sink, request: Any) -> Serving | None:
    if not sink.enabled() or sink.calls.arrivals.inside():
        return None
    return Serving(sink, _said(request))


def _said(request: Any) -> Headers:
    """What the caller says of itself. A browser's websocket has no headers of its own, a request can have them."""

    def headers(name: str) -> Sequence[str]:
        values: Sequence[str] = request.headers.getall(name, ())
        return values

    if request.headers.get("Upgrade", "").lower() != "websocket":
        return headers
    return query.beside(headers, query.of_path(request.path_qs))


async def _handled(request: Any, serving: Serving, handled: Awaitable[Any]) -> Any:
    _handled_here.set((request, serving))
    with serving:
        guarded(serving.join)
        return await handled


def _answer(serving: Serving, response: Any) -> None:
    if response.status == 101 and not serving.arrived.ended:
        serving.open()
        _listen(serving, response)
    for name, value in serving.answer():
        response.headers.setdefault(name, value)


def _listen(serving: Serving, websocket: Any) -> None:
    introduction, shadows = Introduction(serving), Shadows(websocket)

    def read(message: Any) -> Any:
        guarded(introduction.read, message.data)
        if introduction.over:
            shadows.lift()
        return message

    shadows.after("receive", read)
