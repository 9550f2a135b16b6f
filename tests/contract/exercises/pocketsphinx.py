"""PocketSphinx runs in this process: there is no server that could fail, be slow or drop anything.

Its point is a class of a C extension. What the matrix promises is driven with real speech in
`tests/providers/test_pocketsphinx.py`.
"""

from __future__ import annotations

from otel_voice.providers.pocketsphinx import PROVIDER
from tests.contract.exercises import Exercise

UNREACHABLE = {
    str(point): "it speaks to no server: driven in tests/providers/test_pocketsphinx.py" for point in PROVIDER.points
}
EXERCISES: list[Exercise] = []
