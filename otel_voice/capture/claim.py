"""Whose connection is it? While one is opened that an SDK's observer reads, whoever sees the websocket stays silent."""

from __future__ import annotations

from contextvars import ContextVar, Token


class Claim:
    """A connection that is being opened, and is somebody's.

    What was started meanwhile inherits it (a task that only waits for the connection, a reader that lives on): it
    says nothing any more once the connection stands.
    """

    __slots__ = ("_standing", "_token")

    def __init__(self) -> None:
        self._standing = False
        self._token: Token[Claim | None] = _current.set(self)

    def end(self) -> None:
        """The connection stands, or could not be opened."""
        self._standing = True
        try:
            _current.reset(self._token)
        except ValueError:  # the program ran this part of its coroutine in another context
            return

    @property
    def opening(self) -> bool:
        """Whether the connection is still being opened."""
        return not self._standing


_current: ContextVar[Claim | None] = ContextVar("otel_voice_claim", default=None)


def is_claimed() -> bool:
    """Whether what is opened here and now is a part of a connection that is observed already."""
    claim = _current.get()
    return claim is not None and claim.opening
