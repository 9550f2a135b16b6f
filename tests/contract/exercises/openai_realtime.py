"""OpenAI Realtime is driven in `tests/providers/test_openai_realtime.py`."""

from __future__ import annotations

from otel_voice.providers.openai import PROVIDER
from tests.contract.exercises import Exercise

EXERCISES: list[Exercise] = []
UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_openai_realtime*"
    for point in PROVIDER.points
    if "ConnectionManager." in point.target
}
