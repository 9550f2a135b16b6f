"""Which records are wanted: a level for each logger, and the modules that are in or out."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from otel_voice.export.failures import is_about_export

NEVER = math.inf
_REMEMBERED = 4096


class Thresholds:
    """The least level of each logger that is wanted; NEVER for a logger that is not wanted at all.

    Of several names the longest that holds a logger decides: `a.b` holds `a.b` and `a.b.c`.
    """

    def __init__(
        self,
        level: int,
        levels: Mapping[str, int] | None = None,
        include: Collection[str] = (),
        exclude: Collection[str] = (),
    ) -> None:
        self._level = level
        self._levels = dict(levels or {})
        self._included = {**dict.fromkeys(include, True), **dict.fromkeys(exclude, False)}
        self._otherwise = not include
        self._known: dict[str, float] = {}
        self.least: int = min((level, *self._levels.values()))
        """Nothing below this level is wanted, whoever logs."""

    def of(self, name: str) -> float:
        """The threshold of the logger `name`."""
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= _REMEMBERED:  # names that are made up on the way
                self._known.clear()
            known = self._known[name] = self._decide(name)
        return known

    def _decide(self, name: str) -> float:
        # What the export says of its own failure must not be exported: it would never end.
        if is_about_export(name) or not _nearest(name, self._included, self._otherwise):
            return NEVER
        return _nearest(name, self._levels, self._level)


def _nearest(name: str, table: Mapping[str, int], otherwise: int) -> int:
    while name:
        if name in table:
            return table[name]
        name = name.rpartition(".")[0]
    return otherwise
