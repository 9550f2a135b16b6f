"""Runs the `otel-voice` command as a user does, with a data directory of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CALLING = str(Path(__file__).parents[1] / "local" / "calling.py")


@pytest.fixture
def environment(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    return {**kept, "OTEL_VOICE_DATA_DIR": str(tmp_path / "data"), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def command():
    return [sys.executable, "-m", "otel_voice.cli.main"]


@pytest.fixture
def otel_voice(command, environment):
    def otel_voice(*arguments, **options):
        options = {"env": environment, "input": "", "timeout": 60, **options}
        return subprocess.run([*command, *arguments], capture_output=True, text=True, **options)

    return otel_voice
