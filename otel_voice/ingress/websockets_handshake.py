"""The handshake of a server of `websockets`: from its answer on, the running task or thread serves a conversation.

A server has a task or a thread of its own for each connection, so that nothing has to be given back at the end.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.capture.shadows import Shadows
from otel_voice.ingress import query
from otel_voice.ingress.serving import Serving
from otel_voice.ingress.twilio import Introduction

_SWITCHING = 101
_INTERNAL_ERROR = 1011
_SERVING = "_otel_voice_serving"
_shaken: ContextVar[Any] = ContextVar("otel_voice_shaken", default=None)
"""The connection whose handshake is under way."""


def shaking_async(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`handshake` of an asyncio connection, inside of the task that will call the handler."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        handshake = wrapped(*args, **kwargs)
        return _shaking(instance, handshake) if active.on else handshake

    return wrapper


async def _shaking(connection: Any, handshake: Awaitable[Any]) -> Any:
    token = _shaken.set(connection)
    try:
        return await handshake
    finally:
        _shaken.reset(token)


def shaking(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`handshake` of a synchronous connection, on the thread that will call the handler."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not active.on:
            return wrapped(*args, **kwargs)
        token = _shaken.set(instance)
        try:
            return wrapped(*args, **kwargs)
        finally:
            _shaken.reset(token)

    return wrapper


def closing(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`close` of a synchronous connection, which its thread calls at the latest when the handler has returned."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return wrapped(*args, **kwargs)
        finally:
            serving = vars(instance).pop(_SERVING, None)
            if serving is not None:
                guarded(_end, serving, instance.protocol)

    return wrapper


def answering(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`send_response`, of both: what is sent says more than what the program sees as its response."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        connection = _shaken.get() if active.on else None
        if connection is None or connection.protocol is not instance or len(args) != 1 or not sink.enabled():
            return wrapped(*args, **kwargs)
        answer = guarded(_answer, sink, connection, args[0])
        return wrapped(args[0] if answer is None else answer)

    return wrapper


def answering_legacy(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`write_http_response(status, headers, body)` of a legacy connection."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        switching = len(args) > 1 and args[0] == _SWITCHING
        if not active.on or not switching or not _is_its_own(instance) or not sink.enabled():
            return wrapped(*args, **kwargs)
        status, headers, *body = args
        said = guarded(_answer_legacy, sink, instance, headers)
        return wrapped(status, headers if said is None else said, *body, **kwargs)

    return wrapper


def _is_its_own(connection: Any) -> bool:
    """Whether `websockets` is the server. Others (uvicorn) use its protocol and serve applications of their own."""
    return any(kind.__module__ == "websockets.legacy.server" for kind in type(connection.ws_server).__mro__)


def _answer(sink: Sink, connection: Any, response: Any) -> Any:
    if response.status_code != _SWITCHING:
        return None
    request = connection.request
    serving = _opened(sink, connection, request.headers, request.path, connection.protocol)
    answer = copy.copy(response)
    answer.headers = _with_ours(serving, response.headers)
    return answer


def _answer_legacy(sink: Sink, connection: Any, headers: Any) -> Any:
    serving = _opened(sink, connection, connection.request_headers, connection.path, connection)
    return _with_ours(serving, headers)


def _with_ours(serving: Serving, headers: Any) -> Any:
    answer = headers.copy()
    for name, value in serving.answer():
        if name not in headers:
            answer[name] = value
    return answer


def _opened(sink: Sink, connection: Any, headers: Any, path: str, protocol: Any) -> Serving:
    serving = Serving(sink, query.beside(headers.get_all, query.of_path(path)))
    serving.here()
    serving.open()
    task = _task()
    if task is None:
        vars(connection)[_SERVING] = serving
    else:
        task.add_done_callback(lambda _: guarded(_end, serving, protocol))
    _listen(serving, connection)
    return serving


def _task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop: a thread
        return None


def _end(serving: Serving, protocol: Any) -> None:
    """Both say of themselves what they sent when they closed; a handler that failed says that."""
    sent = getattr(protocol, "close_sent", None)
    serving.end(failed=sent is not None and sent.code == _INTERNAL_ERROR)


def _listen(serving: Serving, connection: Any) -> None:
    introduction, shadows = Introduction(serving), Shadows(connection)

    def read(message: Any) -> Any:
        guarded(introduction.read, message)
        if introduction.over:
            shadows.lift()
        return message

    shadows.after("recv", read)
