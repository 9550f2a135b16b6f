from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.stack.compose.project import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The stack, brought up with nothing done but `stack init` and other ports, and removed with its data."""
    made = Project(tmp_path_factory.mktemp("stack"), "otel-voice-check")
    try:
        done = made.up()
        assert done.returncode == 0, done.stdout + made.compose("logs").stdout[-5000:]
        yield made
    finally:
        made.down("--volumes", "--remove-orphans")


@pytest.fixture(scope="session")
def demo(project: Project) -> Project:
    """The stack after the demo agent's conversation."""
    endpoint = project.url("OTLP_HTTP_PORT")
    command = (sys.executable, "-m", "otel_voice.cli.main", "demo", "--endpoint", endpoint)
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return project
