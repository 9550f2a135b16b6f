"""What a provider file writes: small synchronous readers from SDK objects to a record. No I/O, no control flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from otel_voice.capture.follow import Following
    from otel_voice.capture.operation import Sink
    from otel_voice.observation.records import Operation


class Call(NamedTuple):
    """One call as the program made it; nothing in it may be changed."""

    instance: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def argument(self, position: int, name: str) -> Any:
        """An argument given by position or by name; None when it was not given."""
        if name in self.kwargs:
            return self.kwargs[name]
        return self.args[position] if len(self.args) > position else None


class Observer:
    """Reads one operation. A new one is made for each call, so it may keep what it needs between the steps."""

    def __init__(self, wants_content: bool) -> None:
        self.wants_content = wants_content
        """Whether anybody asked for what people said; otherwise it is not even looked at."""

    def request(self, call: Call) -> Operation | None:
        """The record of a call that is about to be made; None when it is not to be observed."""
        return None

    def response(self, result: Any) -> Sequence[Following]:
        """Read what came back; name what must still be followed before the operation has ended."""
        return ()

    def chunk(self, item: Any) -> None:
        """Read one item of a stream. This is the hot path; an observer may put another reader in its place."""

    def body(self, data: Any) -> None:
        """Read a part of a raw HTTP body, when the program reads that instead of items. Also the hot path."""

    def failure(self, error: BaseException) -> None:
        """Read the provider's error."""

    def end(self) -> None:
        """The operation is about to end: settle what was gathered from the chunks."""


class SessionObserver:
    """Reads one connection, on which many operations begin and end."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.wants_content = sink.wants_content

    @classmethod
    def begin(cls, sink: Sink, call: Call) -> SessionObserver | None:
        """Who reads a connection that is about to be opened; None when it is not to be observed."""
        observer = cls(sink)
        return observer if observer.opening(call) else None

    def opening(self, call: Call) -> bool:
        """A connection is about to be opened; False when it is not to be observed."""
        return False

    def opened(self, connection: Any) -> Any:
        """The connection stands; returns the websocket whose messages are to be read."""

    def refused(self, error: BaseException) -> None:
        """The connection could not be opened."""

    def sent(self, message: Any) -> None:
        """The program sends a message: text or bytes, as on the wire. This is the hot path."""

    def received(self, message: Any) -> None:
        """The program is about to get a message: text or bytes, as on the wire. This is the hot path."""

    def broken(self, error: BaseException) -> None:
        """A read failed. The end of a connection comes as one too."""

    def unsent(self, error: BaseException) -> None:
        """A write failed. What had arrived before may still be read."""

    def closed(self) -> None:
        """The program left the connection."""
