"""Who spoke when in a conversation, and what that says of it: silence, overlap, shares, pace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Interval = tuple[int, int]
"""From when to when, monotonic nanoseconds."""

MOST_INTERVALS = 10_000
"""A call has some hundreds; a process that never hangs up must not grow."""


class Shares(NamedTuple):
    """A whole conversation in numbers. Seconds; None where it cannot be known."""

    user: float
    """Somebody heard the user."""
    agent: float
    """The user heard the agent."""
    overlap: float
    """Both at once."""
    dead_air: float
    """Neither, from the first moment to hang-up."""
    talk_ratio: float | None
    """The agent's share of what was said, 0 to 1."""
    words_per_minute: float | None
    """Of the user, where transcripts tell their words."""
    first_word: float | None
    """From the first moment to the first sound of the agent."""


class Talk:
    """Collects who spoke when. Intervals may come in any order and overlap."""

    def __init__(self) -> None:
        self.user: list[Interval] = []
        self.agent: list[Interval] = []
        self._words = 0
        self._worded_ns = 0

    def user_spoke(self, begins: int, ends: int, words: int | None = None) -> None:
        """The user was heard; `words` where a transcript counts them."""
        _add(self.user, begins, ends)
        if words and ends > begins:
            self._words += words
            self._worded_ns += ends - begins

    def agent_spoke(self, begins: int, ends: int) -> None:
        """The user heard the agent."""
        _add(self.agent, begins, ends)

    def shares(self, opened_ns: int, ended_ns: int) -> Shares | None:
        """The numbers of a conversation between two moments; None when nobody was heard."""
        user, agent = (_within(spoken, opened_ns, ended_ns) for spoken in (self.user, self.agent))
        if not user and not agent:
            return None
        said = _length(user), _length(agent)
        either = _length(_within([*user, *agent], opened_ns, ended_ns))
        minutes = self._worded_ns / 60e9
        return Shares(
            user=said[0] / 1e9,
            agent=said[1] / 1e9,
            overlap=(sum(said) - either) / 1e9,
            dead_air=(ended_ns - opened_ns - either) / 1e9,
            talk_ratio=said[1] / sum(said) if sum(said) else None,
            words_per_minute=self._words / minutes if minutes else None,
            first_word=(agent[0][0] - opened_ns) / 1e9 if agent else None,
        )


def _add(spoken: list[Interval], begins: int, ends: int) -> None:
    if ends > begins and len(spoken) < MOST_INTERVALS:
        spoken.append((begins, ends))


def _within(spoken: Sequence[Interval], opened_ns: int, ended_ns: int) -> list[Interval]:
    """The intervals in order, joined where they touch, and cut to the conversation."""
    joined: list[Interval] = []
    for begins, ends in sorted(spoken):
        begins, ends = max(begins, opened_ns), min(ends, ended_ns)
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ends)
        elif ends > begins:
            joined.append((begins, ends))
    return joined


def _length(joined: Sequence[Interval]) -> int:
    return sum(ends - begins for begins, ends in joined)
