"""Speechmatics: a connection holds many utterances, so that it is driven in `tests/providers/test_speechmatics.py`."""

from __future__ import annotations

from otel_voice.providers.speechmatics import PROVIDER
from tests.contract.exercises import Exercise

UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_speechmatics.py"
    for point in PROVIDER.points
}
EXERCISES: list[Exercise] = []
