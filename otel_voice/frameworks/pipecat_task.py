"""One pipeline: where its call begins and ends, and the one who reads its frames."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from inspect import iscoroutine
from types import TracebackType
from typing import Any

from otel_voice.capture.guard import guarded, shielded
from otel_voice.capture.operation import Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.conversations.model import Conversation, Origin
from otel_voice.frameworks.pipecat_frames import Reader
from otel_voice.frameworks.pipecat_services import Services

_READ = "_otel_voice_read"
"""On the observer that Pipecat gives to all processors of a pipeline: reads their frames for us. They are many."""


def running(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`run`: the pipeline's call lasts as long as it does, and everything that it starts belongs to it."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        coroutine = wrapped(*args, **kwargs)
        if not active.on or not iscoroutine(coroutine):
            return coroutine
        return _run(sink, instance, coroutine)

    return wrapper


def pushing(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`on_push_frame` of what stands before all observers: here is one more, without a queue and a task of its own."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        read = vars(instance).get(_READ)
        if read is not None and active.on and args:
            read(args[0])
        return wrapped(*args, **kwargs)

    return wrapper


def asking(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`start_llm_usage_metrics(tokens)`: what an answer of the model used."""
    return _using(active, Services.used_tokens)


def speaking(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`start_tts_usage_metrics(text)`: what is spoken."""
    return _using(active, Services.used_text)


def _using(active: Active, told: Callable[[Services, Any, Any], None]) -> Wrapper:
    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        services = Services.of(instance)
        if services is not None and active.on and args:
            guarded(told, services, instance, args[0])
        return wrapped(*args, **kwargs)

    return wrapper


async def _run(sink: Sink, pipeline: Any, coroutine: Coroutine[Any, Any, Any]) -> Any:
    reader = guarded(_begin, sink, pipeline)
    with _within(sink, reader), _Ending(sink, reader):
        return await coroutine


class _Ending:
    """Ends the call of a pipeline by how its block is left; by a cancellation the program hangs up."""

    def __init__(self, sink: Sink, reader: Reader | None) -> None:
        self._sink, self._reader = sink, reader

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failed = error is not None and not isinstance(error, asyncio.CancelledError)
        guarded(_end, self._sink, self._reader, failed)


def _begin(sink: Sink, pipeline: Any) -> Reader:
    """The call of a pipeline; the one that the program has named, when it has."""
    id = getattr(pipeline, "_conversation_id", None)
    named: Conversation | None = sink.calls.named()
    call = named or sink.calls.open(id if isinstance(id, str) and id else None, Origin.FRAMEWORK)
    reader = Reader(sink, call, opened=named is None)
    vars(pipeline._observer)[_READ] = shielded(reader.pushed)
    return reader


def _end(sink: Sink, reader: Reader | None, failed: bool) -> None:
    if reader is None:
        return
    reader.ended()
    if reader.opened:
        sink.calls.close(reader.call, failed=failed or reader.failed)


def _within(sink: Sink, reader: Reader | None) -> AbstractContextManager[None]:
    within = None if reader is None else guarded(sink.calls.within, reader.call)
    return within or nullcontext()
