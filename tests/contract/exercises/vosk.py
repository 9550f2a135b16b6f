"""Vosk runs in this process, and no model of it can be had here; its tests put its native library's answers in place.

What the matrix promises is driven in `tests/providers/test_vosk.py`.
"""

from __future__ import annotations

from otel_voice.providers.vosk import PROVIDER
from tests.contract.exercises import Exercise

UNREACHABLE = {
    str(point): "it speaks to no server: driven in tests/providers/test_vosk.py" for point in PROVIDER.points
}
EXERCISES: list[Exercise] = []
