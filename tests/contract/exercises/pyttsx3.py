"""pyttsx3 speaks with the voices of the operating system: there is no server that could fail, be slow or drop anything.

What the matrix promises is driven with the driver that it has for tests in `tests/providers/test_pyttsx3.py`.
"""

from __future__ import annotations

from otel_voice.providers.pyttsx3 import PROVIDER
from tests.contract.exercises import Exercise

_REASON = "it speaks to no server: driven in tests/providers/test_pyttsx3.py"
UNREACHABLE = {str(point): _REASON for point in PROVIDER.points}
EXERCISES: list[Exercise] = []
