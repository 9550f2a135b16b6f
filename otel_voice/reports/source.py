"""What a report asks, of whomever it asks. The questions name metrics and attributes as the schema does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from otel_voice.reports.model import Alert, Call, Spread
from otel_voice.reports.periods import Period

Group = tuple[str, ...]
"""The values of the attributes that were asked by, empty where there is none."""
Totals = Mapping[Group, float]
Spreads = Mapping[Group, Spread]


class Source(Protocol):
    """Answers for each of several periods. An answer is None where nothing is known of the metric in that period, and
    a group in which nothing happened is not in it. Raises UnavailableError."""

    name: str
    quantiles: str

    def totals(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """What a counter counted."""
        ...

    def spreads(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Spreads | None]:
        """What a histogram recorded."""
        ...

    def highest(self, metric: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """The highest value of a gauge."""
        ...

    def happened(self, event: str, by: Sequence[str], periods: Sequence[Period]) -> list[Totals | None]:
        """How often an event was told; None where it was not."""
        ...

    def alerts(self, period: Period) -> list[Alert]:
        """What was wrong, the first first."""
        ...

    def calls(self, period: Period, before_ns: int, limit: int) -> list[Call]:
        """Calls that ended in the period and before a moment (Unix nanoseconds), the newest first."""
        ...

    def gaps(self, period: Period) -> list[str]:
        """What is missing in the history of a period, and why."""
        ...


def unknown_service(service: str | None, known: Sequence[str]) -> list[str]:
    """The note on a service that sent nothing."""
    if service is None or service in known:
        return []
    return [f"there is nothing of the service {service!r}; there is of: {', '.join(filter(None, known)) or 'nobody'}"]
