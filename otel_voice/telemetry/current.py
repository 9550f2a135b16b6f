"""A span that is current for as long as a part of the program runs, and never after it."""

from __future__ import annotations

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.trace import Span, set_span_in_context

_HERE = otel_context.create_key("otel_voice.current")
_COMPONENT = otel_context.create_key("otel_voice.component")


def component() -> str | None:
    """The part of the program that runs here, as it named itself."""
    named = otel_context.get_value(_COMPONENT)
    return named if isinstance(named, str) else None


class Current:
    """Makes a span current, here and in what is started from here, until leave()."""

    __slots__ = ("_context", "_left", "_token", "span")

    def __init__(self, span: Span, component: str | None = None) -> None:
        around = otel_context.get_current()
        if component is not None:
            around = otel_context.set_value(_COMPONENT, component, around)
        self.span = span
        self._left = False
        self._context: Context = otel_context.set_value(_HERE, self, set_span_in_context(span, around))
        self._token = otel_context.attach(self._context)

    @property
    def is_here(self) -> bool:
        """Whether it is the innermost one of what runs here."""
        return otel_context.get_value(_HERE) is self

    @property
    def context(self) -> Context:
        """The context in which the span is current."""
        return self._context

    def leave(self) -> None:
        """Give back what was current before.

        Where a later one is still current, as in two generators read in turn, that one gives back both. Left in
        another context than it was entered in, there is nothing to give back.
        """
        self._left = True
        here = otel_context.get_value(_HERE)
        while isinstance(here, Current) and here._left and otel_context.get_current() is here._context:
            otel_context.detach(here._token)
            here = otel_context.get_value(_HERE)
