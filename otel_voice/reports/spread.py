"""Spreads: exact from values, and from the buckets of a histogram as Prometheus reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from otel_voice.reports.model import Spread


def of_values(values: Iterable[float]) -> Spread:
    """Exact; a share that falls between two values lies between them in proportion."""
    ordered = sorted(values)
    if not ordered:
        return Spread(0, 0.0)
    return Spread(len(ordered), math.fsum(ordered), *(_at(ordered, share) for share in (0.5, 0.95, 0.99)))


def of_buckets(buckets: Mapping[float, float], total: float) -> Spread:
    """From what is in the buckets up to each bound, the infinite one included, and the sum of all values."""
    counted = buckets.get(math.inf, 0.0)
    if not counted:
        return Spread(0, 0.0)
    return Spread(counted, total, *(_within(buckets, share) for share in (0.5, 0.95, 0.99)))


def _at(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _within(buckets: Mapping[float, float], share: float) -> float | None:
    """In the bucket of the share, in proportion; the highest bound when it lies above all of them."""
    wanted = share * buckets[math.inf]
    lower, before = 0.0, 0.0
    for bound in sorted(buckets):
        inside = buckets[bound] - before
        if buckets[bound] >= wanted and inside > 0:
            return lower if math.isinf(bound) else lower + (bound - lower) * (wanted - before) / inside
        lower, before = bound, buckets[bound]
    return None
