"""Questions of a report, each asked once for all periods; one that is not answered is a note, not a zero."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.model import Counts, Spread
from otel_voice.reports.periods import Period
from otel_voice.reports.source import Group, Source

T = TypeVar("T")


class Asked:
    """The answers of a source for several periods, which are named by their place."""

    def __init__(self, source: Source, periods: Sequence[Period]) -> None:
        self.periods = periods
        self.problems: list[str] = []
        self._source = source
        self._answers: dict[Hashable, Sequence[object]] = {}

    def groups(self, place: int, metric: str, *by: str) -> Mapping[Group, float] | None:
        """What a counter counted, by attributes."""
        return self._once(place, ("totals", metric, by), lambda: self._source.totals(metric, by, self.periods))

    def spreads(self, place: int, metric: str, *by: str) -> Mapping[Group, Spread] | None:
        """What a histogram recorded, by attributes."""
        return self._once(place, ("spreads", metric, by), lambda: self._source.spreads(metric, by, self.periods))

    def highest(self, place: int, metric: str, *by: str) -> Mapping[Group, float] | None:
        """The highest value of a gauge, by attributes."""
        return self._once(place, ("highest", metric, by), lambda: self._source.highest(metric, by, self.periods))

    def happened(self, place: int, event: str, *by: str) -> Mapping[Group, float] | None:
        """How often an event was told, by attributes."""
        return self._once(place, ("happened", event, by), lambda: self._source.happened(event, by, self.periods))

    def counts(self, place: int, metric: str, by: str) -> Counts | None:
        """What a counter counted, by one attribute; what has none of it is `unknown`."""
        found = self.groups(place, metric, by)
        return None if found is None else {group[0] or "unknown": value for group, value in sorted(found.items())}

    def total(self, place: int, metric: str) -> float | None:
        """What a counter counted."""
        found = self.groups(place, metric)
        return None if found is None else sum(found.values())

    def spread(self, place: int, metric: str) -> Spread | None:
        """What a histogram recorded; None where it recorded nothing."""
        return (self.spreads(place, metric) or {}).get(())

    def _once(self, place: int, question: Hashable, ask: Callable[[], Sequence[T | None]]) -> T | None:
        if question not in self._answers:
            self._answers[question] = self._ask(ask)
        answer: T | None = self._answers[question][place]  # type: ignore[assignment]
        return answer

    def _ask(self, ask: Callable[[], Sequence[T | None]]) -> Sequence[T | None]:
        try:
            return ask()
        except UnavailableError as error:
            if str(error) not in self.problems:
                self.problems.append(str(error))
            return [None] * len(self.periods)
