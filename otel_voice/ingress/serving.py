"""One connection or request that is served: known from its headers on, and over when it is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextvars import Token
from types import TracebackType
from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.capture.operation import Sink
from otel_voice.conversations import arrival
from otel_voice.conversations.arrival import Arrival

Headers = Callable[[str], Sequence[str]]
"""All values of the header of a name, which is in lower case."""

_HANG_UPS = frozenset({"WebSocketDisconnect", "ConnectionClosed", "ConnectionClosedOK", "ConnectionClosedError"})


class Serving:
    """As a context manager it is what is served inside of the block, and it ends with the block."""

    def __init__(self, sink: Sink, headers: Headers) -> None:
        self._arrivals = sink.calls.arrivals
        self.arrived: Arrival = self._arrivals.of(headers)
        self._opened: Any = None
        self._token: Token[Arrival | None] | None = None

    def here(self) -> None:
        """What runs from here on is a part of it."""
        self._token = arrival.current.set(self.arrived)

    def join(self) -> None:
        """A request takes part in the conversation that it names."""
        self._arrivals.join(self.arrived)

    def open(self) -> None:
        """A connection stands: its conversation begins."""
        if self._opened is None:
            self._opened = self._arrivals.open(self.arrived)

    def carries(self, call: str, stream: str) -> None:
        """The first messages say which call of a telephone it is."""
        if self._opened is not None and not self._opened.conversation.closed:
            self._arrivals.carries(self._opened.conversation, call, stream)

    def answer(self) -> Iterator[tuple[str, str]]:
        """The headers that the caller gets back, where the program says nothing of the kind itself."""
        arrived, call = self.arrived, self.arrived.call
        named = arrived.conversation_id if call is None else call.id
        if named is not None:
            yield "X-Conversation-ID", named
        yield "X-Correlation-ID", arrived.correlation_id
        yield "X-Request-ID", arrived.request_id
        trace = None if self._opened is None else self._opened.trace
        if trace is not None:
            yield "traceresponse", trace

    def end(self, *, failed: bool) -> None:
        """It is over."""
        self._arrivals.end(self.arrived, failed=failed)

    def __enter__(self) -> Serving:
        guarded(self.here)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        guarded(self.end, failed=error is not None and is_failure(error))
        guarded(self._leave)

    def _leave(self) -> None:
        if self._opened is not None:
            self._opened.leave()
        if self._token is not None and arrival.current.get() is self.arrived:
            arrival.current.reset(self._token)


def is_failure(error: BaseException) -> bool:
    """Not a hang-up, which is how calls end and which ASGI servers tell as an OSError; nor an answer that is raised."""
    if not isinstance(error, Exception) or isinstance(error, OSError) or type(error).__name__ in _HANG_UPS:
        return False
    status = getattr(error, "status", None)
    return not isinstance(status, int) or status >= 500
