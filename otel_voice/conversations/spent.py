"""What the operations of a turn or of a conversation cost together."""

from __future__ import annotations

from otel_voice.observation.records import Operation


class Spent:
    """A sum, and how much is missing from it."""

    __slots__ = ("unpriced", "usd")

    def __init__(self) -> None:
        self.usd: float | None = None
        """None until something has a known cost."""
        self.unpriced = 0
        """Operations that cost something which is not known."""

    def add(self, record: Operation) -> None:
        """Count an ended operation."""
        if record.cost is not None:
            self.usd = (self.usd or 0.0) + record.cost
        elif record.unpriced:
            self.unpriced += 1
