"""A span for each call of a function, and the name of the part of the program that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from otel_voice.events import values
from otel_voice.events.spanning import Run, Spanning
from otel_voice.telemetry import names

F = TypeVar("F", bound=Callable[..., Any])
NAME_LENGTH = 128


class Traced(Run):
    """One call."""

    def __init__(self, name: str, component: str | None) -> None:
        attributes = {names.CODE_FUNCTION_NAME: name}
        if component is not None:
            attributes[names.VOICE_COMPONENT] = component
        super().__init__(names.SPAN_TRACED.format(function=name), attributes)
        self.component = component

    def ended(self, error: BaseException | None) -> None:
        """The span says it all."""


class Tracing(Spanning[Traced]):
    """What traced(component=...) gives: a decorator, and a block where a name was given."""

    def __init__(self, name: str | None, component: str | None) -> None:
        super().__init__()
        self._name = name
        self._part = component

    def __call__(self, function: F) -> F:
        """Decorate: each call is a span, named like the function unless a name was given."""
        if isinstance(function, type):
            raise TypeError(
                f"traced() takes a function, not the class {function.__qualname__}: put it above its methods"
            )
        named = self._name or values.text(getattr(function, "__qualname__", repr(function)), NAME_LENGTH)
        return Spanning.__call__(Tracing(named, self._part), function)

    def _again(self) -> Tracing:
        return Tracing(self._name, self._part)

    def _run(self) -> Traced:
        return Traced(self._name or "block", self._part)


@overload
def traced(function: F, /) -> F: ...


@overload
def traced(*, component: str | None = None, name: str | None = None) -> Tracing: ...


def traced(function: F | None = None, /, *, component: str | None = None, name: str | None = None) -> F | Tracing:
    """Trace each call of a function or coroutine: `@traced`, or `@traced(component="billing")`.

    The component stands on the span, and on every log record that is written within. As a block it takes a name:
    `with traced(name="settle", component="billing"):`.
    """
    tracing = Tracing(_text(name), _text(component))
    return tracing if function is None else tracing(function)


def _text(given: str | None) -> str | None:
    return None if given is None else values.text(given, NAME_LENGTH)
