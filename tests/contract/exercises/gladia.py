"""Gladia: a session holds many utterances, so that it is driven in `tests/providers/test_gladia.py`."""

from __future__ import annotations

from otel_voice.providers.gladia import PROVIDER
from tests.contract.exercises import Exercise

UNREACHABLE = {
    str(point): "a session is not one operation: driven in tests/providers/test_gladia.py" for point in PROVIDER.points
}
EXERCISES: list[Exercise] = []
