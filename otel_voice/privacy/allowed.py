"""What may leave although it looks private: exact values, and patterns with one `*`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class AllowList:
    """Values as they are, and (beginning, end) of what may stand around one `*`.

    A pattern has no other sign: it lets no more through than a reader sees at a glance, and takes no longer for it.
    """

    values: frozenset[str] = frozenset()
    patterns: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> AllowList:
        """Entries such as `+41 44 668 18 00` and `*@example.com`. Raises ValueError for one that allows everything."""
        values, patterns = set(), []
        for entry in entries:
            before, star, after = entry.casefold().partition("*")
            if not star:
                values.add(before)
            elif "*" in after or len(before) + len(after) < 3:
                raise ValueError(entry)
            else:
                patterns.append((before, after))
        return cls(frozenset(values), tuple(patterns))

    def holds(self, found: str, canonical: str) -> bool:
        """Whether this one may leave, as it stands in the text or in its canonical form."""
        return bool(self.values or self.patterns) and (self._holds(found.casefold()) or self._holds(canonical))

    def _holds(self, text: str) -> bool:
        return text in self.values or any(
            len(text) >= len(before) + len(after) and text.startswith(before) and text.endswith(after)
            for before, after in self.patterns
        )
