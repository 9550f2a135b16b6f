import re
import signal
import subprocess
import sys

import httpx
import pytest

from otel_voice.simulators.server import Simulators

COMMAND = [sys.executable, "-m", "otel_voice.simulators", "--port"]


def test_a_port_in_use_is_an_error_before_anything_else():
    """The second server on a port says so at once."""
    with Simulators() as first, pytest.raises(OSError, match="in use"), Simulators(first.port):
        pass


def test_the_environment_names_every_provider(simulators):
    """A program needs nothing else to find the servers."""
    environment = simulators.environment()
    assert environment["OPENAI_BASE_URL"] == simulators.openai_url
    assert environment["DEEPGRAM_BASE_URL"] == environment["ELEVENLABS_BASE_URL"] == simulators.url


def test_the_command_serves_until_a_signal_comes():
    """It prints one line when it is ready, and ends with status 0."""
    with subprocess.Popen([*COMMAND, "0"], stdout=subprocess.PIPE, text=True) as program:
        url = re.search(r"deepgram (http://\S+)", program.stdout.readline())[1]
        assert httpx.post(f"{url}/v1/speak", json={"text": "hi"}).status_code == 401
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_the_command_says_that_its_port_is_taken(simulators):
    """One line, and status 1."""
    program = subprocess.run([*COMMAND, str(simulators.port)], capture_output=True, text=True, timeout=30)
    assert program.returncode == 1
    assert program.stderr.count("\n") == 1
    assert str(simulators.port) in program.stderr
