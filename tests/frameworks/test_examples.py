"""The examples of the frameworks take a call of the simulators', as they stand."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from importlib.util import find_spec
from pathlib import Path

import pytest

from otel_voice.simulators.server import Simulators

EXAMPLES = Path(__file__).parents[2] / "examples"
FRAMEWORKS = {
    "pipecat_agent.py": ("pipecat", "pipecat.pipeline.worker"),
    "livekit_agent.py": ("livekit", "livekit.agents.voice.turn"),
}
SECONDS = 7


@pytest.fixture
def caller(tmp_path: Path) -> Path:
    """What the caller of the examples says first."""
    path = tmp_path / "caller.wav"
    with wave.open(str(EXAMPLES / "caller.wav")) as whole, wave.open(str(path), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(SECONDS * whole.getframerate()))
    return path


@pytest.mark.parametrize("example", FRAMEWORKS)
def test_the_caller_is_answered(example: str, caller: Path) -> None:
    """Every service of the example does its part, and hang-up is its end."""
    if not all(map(find_spec, FRAMEWORKS[example])):
        pytest.skip(f"{example} needs {FRAMEWORKS[example][1]}, which is in another environment of `make test-matrix`")
    with Simulators() as simulators:
        environment = {**os.environ, **simulators.environment()}
        environment |= {"CARTESIA_BASE_URL": simulators.url, "CARTESIA_API_KEY": "simulated"}
        program = [sys.executable, str(EXAMPLES / example), str(caller)]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    moments = ("caller: Hello. All circuits are busy now.", ": I am sorry. Which day", "call ended")
    places = [done.stderr.find(moment) for moment in moments]
    assert -1 not in places and places == sorted(places), done.stderr
