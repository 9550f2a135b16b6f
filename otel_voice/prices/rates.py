"""What each thing costs that a service counts: USD for one token, character, second of audio or request."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TOKENS = {"input", "output", "cache_read", "cache_write", "input_audio", "output_audio", "cache_audio_read"}

# unit -> what of Rates it fills, and how many of that it is the price of
UNITS: Mapping[str, tuple[str, float]] = {
    **{f"{name}_mtok": (name, 1e6) for name in sorted(_TOKENS)},
    "character": ("character", 1),
    "thousand_characters": ("character", 1e3),
    "million_characters": ("character", 1e6),
    "audio_second": ("audio", 1),
    "audio_minute": ("audio", 60),
    "audio_hour": ("audio", 3600),
    "request": ("request", 1),
}


class RatesError(ValueError):
    """Prices cannot be read; the text says what is wrong and what is allowed."""


@dataclass(frozen=True)
class Rates:
    """USD for one of each; None where there is no price. What has no price of its own has that of what it is part of.

    `input` and `output` are tokens, `audio` is seconds.
    """

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    input_audio: float | None = None
    output_audio: float | None = None
    cache_audio_read: float | None = None
    character: float | None = None
    audio: float | None = None
    request: float = 0.0

    def has_tokens(self) -> bool:
        """Whether tokens have a price."""
        return self.input is not None or self.output is not None


Levels = tuple[tuple[int, Rates], ...]
"""Rates with the number of input tokens above which they hold, the highest first; the last holds above none."""


def levels(usd: object) -> Levels:
    """Read `{"input_mtok": 2.5, "output_mtok": {"base": 10, "above": [[200000, 15]]}}`. Raises RatesError."""
    if not isinstance(usd, Mapping) or not usd:
        raise RatesError(f"{usd!r} must say what each unit costs; units: {', '.join(UNITS)}")
    tiered = {unit: _tiers(unit, price) for unit, price in usd.items()}
    starts = sorted({start for tiers in tiered.values() for start, _ in tiers}, reverse=True)
    return tuple((start, _flat(tiered, start)) for start in starts)


def _tiers(unit: object, price: object) -> list[tuple[int, float]]:
    """The prices of one unit with the number of input tokens above which each holds, the lowest first."""
    if unit not in UNITS:
        raise RatesError(f"{unit!r} is no unit; allowed: {', '.join(UNITS)}")
    if not isinstance(price, Mapping):
        return [(-1, _usd(unit, price))]
    above = price.get("above")
    if set(price) != {"base", "above"} or not isinstance(above, list):
        raise RatesError(f'{unit}: {price!r} must be a number, or {{"base": USD, "above": [[TOKENS, USD], ...]}}')
    return [(-1, _usd(unit, price["base"])), *sorted(_tier(unit, each) for each in above)]


def _tier(unit: object, given: object) -> tuple[int, float]:
    if not isinstance(given, Sequence) or len(given) != 2 or type(given[0]) is not int or given[0] < 0:
        raise RatesError(f"{unit}: {given!r} must be [TOKENS, USD]")
    return given[0], _usd(unit, given[1])


def _usd(unit: object, price: object) -> float:
    if isinstance(price, bool) or not isinstance(price, int | float) or not math.isfinite(price) or price < 0:
        raise RatesError(f"{unit}: {price!r} must be a number of USD, 0 or more")
    return float(price)


def _flat(tiered: Mapping[str, list[tuple[int, float]]], start: int) -> Rates:
    found: dict[str, float] = {}
    for unit, tiers in tiered.items():
        name, per = UNITS[unit]
        found[name] = next(price for above, price in reversed(tiers) if above <= start) / per
    return _completed(found)


def _completed(found: dict[str, float]) -> Rates:
    for part, whole in _PARTS:
        if part not in found and whole in found:
            found[part] = found[whole]
    return Rates(**found)


_PARTS = (
    ("cache_audio_read", "cache_read"),
    ("cache_read", "input"),
    ("cache_write", "input"),
    ("input_audio", "input"),
    ("cache_audio_read", "input_audio"),
    ("output_audio", "output"),
)
