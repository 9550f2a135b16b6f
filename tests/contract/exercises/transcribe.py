"""Amazon Transcribe: a stream holds many utterances, so that it is driven in `tests/providers/test_transcribe.py`."""

from __future__ import annotations

from otel_voice.providers.transcribe import PROVIDER
from tests.contract.exercises import Exercise

UNREACHABLE = {
    str(point): "a stream is not one operation: driven in tests/providers/test_transcribe.py"
    for point in PROVIDER.points
}
EXERCISES: list[Exercise] = []
