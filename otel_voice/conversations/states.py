"""The dialogue's own states: where a conversation stands, for how long, and how often it falls back or tries again."""

from __future__ import annotations

from typing import NamedTuple


class Transition(NamedTuple):
    """From one state to the next. None is outside of all."""

    before: str | None
    after: str | None
    seconds: float
    """How long the first one lasted."""


class States:
    """Where one conversation stands."""

    def __init__(self, opened_ns: int) -> None:
        self.current: str | None = None
        self.last: str | None = None
        """The one that it stood in last; where an error or a hang-up left a block, the one inside."""
        self._since_ns = opened_ns

    def enter(self, state: str | None, at: int) -> Transition | None:
        """Move to another state; None when it is the one that it is in."""
        self.last = state or self.last
        return self.leave(state, at)

    def leave(self, state: str | None, at: int) -> Transition | None:
        """Be back in a state without having moved there."""
        if state == self.current:
            return None
        transition = Transition(self.current, state, max(at - self._since_ns, 0) / 1e9)
        self.current, self._since_ns = state, at
        return transition


class Names:
    """Names that a program gives become labels of metrics, so that there is an end to them."""

    LIMIT = 64
    OTHER = "_OTHER"

    def __init__(self) -> None:
        self._known: set[str] = set()

    def bounded(self, name: str) -> str:
        """The name, or `_OTHER` after too many different ones."""
        if name in self._known:
            return name
        if len(self._known) >= self.LIMIT:
            return self.OTHER
        self._known.add(name)
        return name
