"""Labels of what a program says: there is an end to them, whatever it says.

An id, a name of a person or a free text that is given for a label would make a series of its own each time. So there
are so many values for each label, and so many combinations for each metric; what comes after is `_OTHER`.

No lock is held, so that a forked child never finds one taken.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Mapping
from typing import Any

from otel_voice.telemetry.catalogue import VALUES

OTHER = "_OTHER"
LONGEST = 64
"""Characters. What is longer is no label but a text."""


class First:
    """Remembers the first so many different ones."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: dict[Hashable, int] = {}
        self._count = itertools.count()

    def admits(self, one: Hashable) -> bool:
        """Whether it is one of them; it becomes one while there is room."""
        rank = self._known.get(one)
        if rank is None and len(self._known) < self._limit:
            rank = self._known.setdefault(one, next(self._count))
        return rank is not None and rank < self._limit


class Labels:
    """The labels of one metric."""

    VALUES = 64
    COMBINATIONS = 1000

    def __init__(self, names: tuple[str, ...]) -> None:
        self._known = {name: First(self.VALUES) for name in names}
        self._combinations = First(self.COMBINATIONS)

    def of(self, attributes: Mapping[str, Any]) -> dict[str, str]:
        """Those of the attributes that are labels of this metric, bounded."""
        labels = {name: self._bounded(name, attributes[name]) for name in self._known if name in attributes}
        if self._combinations.admits(tuple(labels.items())):
            return labels
        return {name: value if name in VALUES else OTHER for name, value in labels.items()}

    def _bounded(self, name: str, value: Any) -> str:
        text = str(value)
        if name in VALUES:
            return text if text in VALUES[name] else OTHER
        return text if len(text) <= LONGEST and text.isprintable() and self._known[name].admits(text) else OTHER
