import os
import subprocess
import sys
from pathlib import Path

import pytest

from otel_voice.simulators import demo
from otel_voice.simulators.audio import read_wav
from otel_voice.simulators.speech import KNOWN, heard

EXAMPLES = Path(__file__).parents[2] / "examples"
MOMENTS = (
    "caller: Hello. All circuits are busy now.",
    "caller: Tomorrow at ten A.M.",
    "appointment booked: tomorrow at 10 a.m.",
    "eleven_multilingual_v2 answered 503",
    "caller talks over the agent",
    "appointment moved: Thursday at 3 p.m.",
    "caller: Goodbye.",
    "call ended",
)


pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def call(simulators):
    """One call, which lasts half a minute; a busy machine may make more of it."""
    environment = {**os.environ, **demo.environment(simulators.url)}
    program = [sys.executable, str(EXAMPLES / "agent.py")]
    return subprocess.run(program, env=environment, capture_output=True, text=True, timeout=240)


def test_the_call_ends_well(call):
    """The agent exits with status 0 and writes nothing to standard output."""
    assert call.returncode == 0, call.stderr
    assert call.stdout == ""


def test_the_call_has_its_moments(call):
    """Hearing, a tool, a failure with its fallback, an interruption and the end come in this order."""
    log = call.stderr
    places = [log.find(moment) for moment in MOMENTS]
    assert -1 not in places, log
    assert places == sorted(places), log


def test_the_callers_words_are_known():
    """Every utterance of the recording is recognised, by the recording alone."""
    sound = read_wav((EXAMPLES / "caller.wav").read_bytes())
    texts = [" ".join(word.text for word in words) for words in heard(sound, None, silence=0.4)]
    assert texts == [utterance.text for utterance in KNOWN.values()]
