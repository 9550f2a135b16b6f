"""Runs a small program under `opentelemetry-instrument`, as a user would, in a clean environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

INSTRUMENT = str(Path(sys.executable).with_name("opentelemetry-instrument"))


@dataclass(frozen=True)
class Ended:
    """How a program ended. `status` is negative for a signal; `seconds` is its whole life."""

    status: int
    out: str
    err: str
    seconds: float

    def telemetry_lines(self) -> list[str]:
        """What otel_voice said on stderr."""
        return [line for line in self.err.splitlines() if line.startswith("otel_voice:")]


class Program:
    """A program in a file of its own; `env` on top of a clean environment, `flags` for the command."""

    def __init__(self, directory: Path, text: str, env: dict[str, str], flags: tuple[str, ...] = ()) -> None:
        path = directory / "program.py"
        path.write_text(text)
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            [INSTRUMENT, *flags, sys.executable, str(path)],
            cwd=directory,
            env={**clean_environment(), "OTEL_SERVICE_NAME": "test", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for_line(self) -> str:
        """The next line of the program's output; it has reached that point then."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def terminate(self) -> Ended:
        self._started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def end(self) -> Ended:
        out, err = self.process.communicate(timeout=60)
        return Ended(self.process.returncode, out, err, time.monotonic() - self._started)


def run(directory: Path, text: str, env: dict[str, str], flags: tuple[str, ...] = ()) -> Ended:
    return Program(directory, text, env, flags).end()


def clean_environment() -> dict[str, str]:
    """This environment without settings of OpenTelemetry."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
