"""Azure Speech: its work is done by a native library that tells of it by events, and its errors are results.

The matrix takes an error for an exception, and a call for something that ends where it returns. What it promises is
driven for these points in `tests/providers/test_azure_speech_*.py`.
"""

from __future__ import annotations

from otel_voice.providers.azure_speech import PROVIDER
from tests.contract.exercises import Exercise

UNREACHABLE = {
    str(point): "its errors are results, and events end it: driven in tests/providers/test_azure_speech_*.py"
    for point in PROVIDER.points
}
EXERCISES: list[Exercise] = []
