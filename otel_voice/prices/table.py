"""A price table: its entries, read and checked from JSON."""

from __future__ import annotations

import calendar
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from otel_voice.observation.records import Operation
from otel_voice.prices.clauses import ClauseError, check, matches
from otel_voice.prices.rates import Levels, Rates, RatesError, levels

DAY = 86400
_ALLOWED = ("provider", "model", "voice", "operation", "streamed", "language", "at_least_seconds", "usd", "periods")
_TOLD = ("source", "via", "read", "note")
"""Said of a price for people: where it stands, where that was seen, when it was read."""


class PriceError(ValueError):
    """A price table cannot be used; the text names the file, the place in it and what is allowed."""


@dataclass(frozen=True)
class Period:
    """Prices, since when they hold (Unix seconds), and in which seconds of each day, where they do not always."""

    since: float
    daily: tuple[int, int] | None
    levels: Levels

    def holds(self, at: float) -> bool:
        """Whether these are the prices at a moment."""
        if at < self.since:
            return False
        if self.daily is None:
            return True
        start, end = self.daily
        second = at % DAY
        return start <= second < end if start <= end else second >= start or second < end


class Entry:
    """The prices of some models of some providers, as it stands in the table. Its prices are read when asked for."""

    def __init__(self, given: Mapping[str, Any], place: str) -> None:
        self._given = given
        self._place = place
        self.any_model = "model" not in given
        self.at_least_seconds: float = given.get("at_least_seconds", 0.0)

    @property
    def providers(self) -> Sequence[str]:
        """Whose models they are."""
        named: str | Sequence[str] = self._given["provider"]
        return [named] if isinstance(named, str) else named

    def is_for(self, record: Operation) -> bool:
        """Whether it is for such an operation, its model aside."""
        given = self._given
        return (
            given.get("operation", record.operation) == record.operation
            and given.get("streamed", record.streamed) == record.streamed
            and ("language" not in given or given["language"] == getattr(record, "language", None))
            and ("voice" not in given or matches(given["voice"], (getattr(record, "voice", None) or "").lower()))
        )

    def is_for_model(self, name: str) -> bool:
        """Whether it is for the model of this name, in lower case."""
        return not self.any_model and matches(self._given["model"], name)

    @cached_property
    def periods(self) -> Sequence[Period]:
        """Its prices, the oldest first."""
        return tuple(_periods(self._given, self._place))

    @cached_property
    def fixed(self) -> Rates | None:
        """Its rates, where they are the same at all times and for all amounts."""
        (only, *others) = self.periods
        return only.levels[0][1] if not others and len(only.levels) == 1 else None

    def rates(self, at: float, tokens: int) -> Rates:
        """The rates at a moment for so many input tokens; the first period's where none holds yet."""
        period = next((each for each in reversed(self.periods) if each.holds(at)), self.periods[0])
        return next(rates for above, rates in period.levels if tokens > above)


def load(path: Path) -> list[Mapping[str, Any]]:
    """The entries of a file as they stand there. Raises PriceError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PriceError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise PriceError(f"{path} is not JSON: {error}") from error
    found = document.get("prices") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise PriceError(f'{path} must hold {{"prices": [...]}}')
    return found


def read(path: Path) -> list[Entry]:
    """The entries of a file, all of them checked. Raises PriceError."""
    return [checked(given, f"{path}: prices[{index}]") for index, given in enumerate(load(path))]


def checked(given: object, place: str) -> Entry:
    """An entry that can be read. Raises PriceError, which names the place."""
    if not isinstance(given, Mapping):
        raise PriceError(f"{place} must be an object, not {given!r}")
    for key in given:
        if key not in _ALLOWED + _TOLD:
            raise PriceError(f"{place}: {key!r} is unknown; allowed: {', '.join(_ALLOWED + _TOLD)}")
    _check_provider(given.get("provider"), place)
    for key in ("model", "voice"):
        _check_clause(given, key, place)
    for key, (kind, words) in _KINDS.items():
        _check_kind(given, key, kind, f"{place}.{key}: {given.get(key)!r} must be {words}")
    entry = Entry(given, place)
    entry.periods  # noqa: B018 - read once, so that what is wrong with it is told now
    return entry


def _check_provider(named: object, place: str) -> None:
    several = named if isinstance(named, list) else [named]
    if not several or not all(isinstance(each, str) and each for each in several):
        raise PriceError(f"{place}.provider: {named!r} must be a gen_ai.provider.name, or a list of them")


def _check_clause(given: Mapping[str, Any], key: str, place: str) -> None:
    try:
        if key in given:
            check(given[key])
    except ClauseError as error:
        raise PriceError(f"{place}.{key}: {error}") from error


def _check_kind(given: Mapping[str, Any], key: str, kind: Any, complaint: str) -> None:
    value = given.get(key)
    number = kind is float and isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if key in given and not number and not isinstance(value, kind):
        raise PriceError(complaint)


_KINDS = {
    "operation": (str, "a gen_ai.operation.name: chat, speech_to_text, text_to_speech, realtime_inference, ..."),
    "streamed": (bool, "true or false"),
    "language": (str, "a language, as the program asks for it"),
    "at_least_seconds": (float, "seconds, 0 or more"),
}


def _periods(given: Mapping[str, Any], place: str) -> Iterator[Period]:
    if ("usd" in given) == ("periods" in given):
        raise PriceError(f'{place} needs "usd", or "periods" where a price changed, and not both')
    if "usd" in given:
        yield Period(0, None, _levels(given["usd"], f"{place}.usd"))
        return
    periods = given["periods"]
    if not isinstance(periods, list) or not periods:
        raise PriceError(f"{place}.periods must be a list that is not empty")
    for index, each in enumerate(periods):
        yield _period(each, f"{place}.periods[{index}]")


def _period(given: object, place: str) -> Period:
    if not isinstance(given, Mapping) or "usd" not in given or not set(given) <= {"from", "daily", "usd"}:
        raise PriceError(f'{place} must be an object with "usd", and perhaps "from" and "daily"')
    since = _day(given["from"], place) if "from" in given else 0
    daily = _hours(given["daily"], place) if "daily" in given else None
    return Period(since, daily, _levels(given["usd"], f"{place}.usd"))


def _levels(usd: object, place: str) -> Levels:
    try:
        return levels(usd)
    except RatesError as error:
        raise PriceError(f"{place}: {error}") from error


def _day(text: object, place: str) -> float:
    try:
        return calendar.timegm(time.strptime(str(text), "%Y-%m-%d"))
    except ValueError as error:
        raise PriceError(f"{place}.from: {text!r} must be a day, as 2026-11-21") from error


def _hours(given: object, place: str) -> tuple[int, int]:
    found = [_CLOCK.fullmatch(str(each)) for each in given] if isinstance(given, list) else []
    if len(found) != 2 or None in found:
        raise PriceError(f'{place}.daily: {given!r} must be two times of day in UTC, as ["01:00", "04:00"]')
    start, end = (int(each[1]) * 3600 + int(each[2]) * 60 for each in found if each is not None)
    return start, end


_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
