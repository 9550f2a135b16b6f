from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.distro.program import Ended, run
from tests.distro.sink import Sink

Run = Callable[..., Ended]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def run_against(tmp_path: Path) -> Run:
    """run_against(endpoint, text, *flags, NAME="value"): the program under opentelemetry-instrument."""

    def run_program(endpoint: str, text: str, *flags: str, **env: str) -> Ended:
        return run(tmp_path, text, {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, **env}, flags)

    return run_program
