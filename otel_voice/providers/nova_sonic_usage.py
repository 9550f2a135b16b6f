"""What Nova Sonic used: counted on while the user speaks and the model answers, and not by answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.observation.records import RealtimeResponse
from otel_voice.providers import reading


class Usage:
    """Tokens that no answer has yet. What the user said is the next one's."""

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}

    def add(self, delta: Mapping[str, Any] | None) -> None:
        """So much more was used."""
        for way in ("input", "output"):
            told = (delta or {}).get(way) or {}
            spoken, written = reading.integer(told.get("speechTokens")), reading.integer(told.get("textTokens"))
            if spoken is not None or written is not None:
                self._more(f"{way}_tokens", (spoken or 0) + (written or 0))
                self._more(f"audio_{way}_tokens", spoken or 0)

    def of(self, record: RealtimeResponse) -> None:
        """All of it belongs to this answer."""
        waiting, self._waiting = self._waiting, {}
        for name, count in waiting.items():
            setattr(record, name, (getattr(record, name) or 0) + count)

    def _more(self, name: str, count: int) -> None:
        self._waiting[name] = self._waiting.get(name, 0) + count
