"""openai-whisper runs in this process: there is no server that could fail, be slow or drop anything.

What the matrix promises is driven with the real engine and a tiny model in `tests/providers/test_whisper.py`.
"""

from __future__ import annotations

from otel_voice.providers.whisper import PROVIDER
from tests.contract.exercises import Exercise

_REASON = "it speaks to no server: driven in tests/providers/test_whisper.py"
UNREACHABLE = {str(point): _REASON for point in PROVIDER.points}
EXERCISES: list[Exercise] = []
