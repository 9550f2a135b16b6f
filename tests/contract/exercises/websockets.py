"""Connections that a program opens itself with `websockets`."""

from __future__ import annotations

from otel_voice.providers.websockets import PROVIDER
from tests.contract.exercises import Exercise

UNREACHABLE = {
    str(point): "a connection is not one operation: driven in tests/providers/test_raw_websockets.py"
    for point in PROVIDER.points
}
EXERCISES: list[Exercise] = []
