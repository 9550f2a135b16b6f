import pytest

from otel_voice.simulators.server import Simulators


@pytest.fixture(scope="session")
def simulators():
    """All servers on one port; they keep no state, so every test may share them."""
    with Simulators() as running:
        yield running
