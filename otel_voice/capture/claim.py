"""Whose call is it? While one is made that an SDK's observer reads, whoever sees what it is made of stays silent.

A connection is claimed while it is opened, with which an SDK opens a websocket; a request while it is made, where one
SDK makes it through another's.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType


class Claim:
    """A connection that is being opened or a request that is being made, and is somebody's.

    What was started meanwhile inherits it (a task that only waits for the connection, a reader that lives on): it
    says nothing any more once the connection stands.
    """

    __slots__ = ("_standing", "_token")

    def __init__(self) -> None:
        self._standing = False
        self._token: Token[Claim | None] = _current.set(self)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

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
    """Whether what is done here and now is a part of what is observed already."""
    claim = _current.get()
    return claim is not None and claim.opening
