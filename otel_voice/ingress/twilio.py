"""Twilio's media streams: their second message says which call they carry."""

from __future__ import annotations

import json
import re
from typing import Any

from otel_voice.ingress.serving import Serving

MOST_MESSAGES = 3
MOST_CHARACTERS = 16_384
_CALL = re.compile(r"CA[0-9a-f]{32}")
_STREAM = re.compile(r"MZ[0-9a-f]{32}")


class Introduction:
    """Looks at the first messages of a connection, and at no more of them than it must."""

    __slots__ = ("_left", "_serving")

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._left = MOST_MESSAGES

    @property
    def over(self) -> bool:
        """Whether there is nothing left to look at."""
        return self._left <= 0

    def read(self, message: Any) -> None:
        """One message, text or bytes. Anything but Twilio's own ends it."""
        self._left -= 1
        event = _event(message)
        if event is None:
            self._left = 0
        elif event.get("event") == "start":
            self._left = 0
            self._started(event.get("start"))

    def _started(self, start: Any) -> None:
        if not isinstance(start, dict):
            return
        call, stream = _matching(_CALL, start.get("callSid")), _matching(_STREAM, start.get("streamSid"))
        if call is not None and stream is not None:
            self._serving.carries(call, stream)


def _event(message: Any) -> dict[str, Any] | None:
    """What Twilio says; None when it is not Twilio, or longer than its introductions are."""
    if not isinstance(message, str) or len(message) > MOST_CHARACTERS or not message.startswith("{"):
        return None
    if '"event"' not in message:
        return None
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and event.get("event") in ("connected", "start") else None


def _matching(pattern: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
