"""Nova Sonic: its one point needs HTTP/2 over TLS, and is driven by tests/providers/test_nova_sonic.py."""

from __future__ import annotations

from otel_voice.providers.nova_sonic import PROVIDER
from tests.contract.exercises import Exercise

EXERCISES: list[Exercise] = []
UNREACHABLE = {
    str(point): "speaks HTTP/2 over TLS only; tests/providers/test_nova_sonic.py drives it" for point in PROVIDER.points
}
