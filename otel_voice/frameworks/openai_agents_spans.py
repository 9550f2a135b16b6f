"""The spans and traces of OpenAI's Agents SDK, from their start to their finish, where its processors are told.

Ours is current where the SDK's is, by the same two calls, so that what is asked of a provider inside of it is its
child. Where tracing is off the SDK makes spans that are never told, and so do we.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Abandonment, Running, Sink
from otel_voice.capture.points import Active, Point, Wrapper
from otel_voice.frameworks import openai_agents_steps as steps
from otel_voice.observation.records import Step, ToolCall


class _Open:
    """A step that has begun. One whose span is dropped without an end is interrupted."""

    __slots__ = ("_abandonment", "_before", "_is_current", "record", "running", "wants_content")

    def __init__(self, record: Step, sink: Sink, is_current: bool) -> None:
        self.record = record
        self.running = Running(record, sink)
        self.wants_content = sink.wants_content
        self._abandonment = Abandonment(self.running)
        self._is_current = is_current
        self._before = id(sys.exc_info()[1])
        if is_current:
            self.running.__enter__()

    def finish(self, span: Any) -> None:
        """The SDK's span ends: at its end, by an error, or because the program left."""
        if self._is_current:
            self.running.__exit__(None, None, None)
        # A span is finished where its block is left: what is on its way through there has ended it.
        error = sys.exc_info()[1]
        leaving = None if id(error) == self._before else error
        guarded(self._learn, span, leaving is None)
        if leaving is not None:
            self.running.stop(leaving)
        else:
            self.running.complete()

    def _learn(self, span: Any, at_end: bool) -> None:
        data, error = getattr(span, "span_data", None), getattr(span, "error", None)
        if data is not None and (at_end or isinstance(self.record, ToolCall)):
            steps.learned(self.record, data, self.wants_content)
        if error and at_end:
            steps.failed(self.record, error)


_open: WeakKeyDictionary[Any, _Open] = WeakKeyDictionary()
"""By the SDK's span or trace, on which nothing of ours is put."""


def starting(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`start` of a span: a step begins."""
    return _starting(sink, active, lambda span: steps.begun(span.span_data))


def starting_trace(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`start` of a trace: runs that belong together begin. In a conversation the turn is what they belong to."""

    def read(trace: Any) -> Step | None:
        return None if sink.calls.here() is not None else steps.workflow(trace)

    return _starting(sink, active, read)


def finishing(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`finish` of a span or a trace. What has begun is ended also where nothing new is observed."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        guarded(_finish, instance)
        return wrapped(*args, **kwargs)

    return wrapper


def naming(point: Point, sink: Sink, active: Active) -> Wrapper:
    """`ToolContext.from_agent_context`: which of the model's calls the tool is that runs here."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        context = wrapped(*args, **kwargs)
        if active.on:
            guarded(_name, context)
        return context

    return wrapper


def _starting(sink: Sink, active: Active, read: Callable[[Any], Step | None]) -> Wrapper:
    def wrapper(wrapped: Callable[..., Any], instance: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = wrapped(*args, **kwargs)
        # Another one's processor has made its span by now, if it makes one: that is enriched and not doubled.
        if active.on and sink.enabled():
            guarded(_begin, sink, instance, read, kwargs.get("mark_as_current", bool(args and args[0])))
        return result

    return wrapper


def _begin(sink: Sink, span: Any, read: Callable[[Any], Step | None], is_current: bool) -> None:
    if span in _open:  # started twice, of which the SDK only warns
        return
    record = read(span)
    if record is not None:
        _open[span] = _Open(record, sink, is_current)


def _finish(span: Any) -> None:
    begun = _open.pop(span, None)
    if begun is not None:
        begun.finish(span)


def _name(context: Any) -> None:
    span = sys.modules["agents.tracing.scope"].Scope.get_current_span()
    begun = None if span is None else _open.get(span)
    if begun is not None and isinstance(begun.record, ToolCall) and begun.record.call_id is None:
        begun.record.call_id = context.tool_call_id
