"""What `otel-voice demo` can show: one call of an agent, or a day on which everything goes wrong."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import otel_voice
from otel_voice.local.errors import LocalError

# Callers who hold the line all day: more than an alert about calls allows.
_WAITING: Final = 105
# Counters have to grow several times before a rate of them is anything.
_ROUNDS: Final = 4


@dataclass(frozen=True)
class Demonstration:
    """A program as one would run it, and what it needs in its environment beside the inherited."""

    program: list[str]
    environment: Mapping[str, str]


def one_call(url: str) -> Demonstration:
    """One conversation of examples/agent.py, with the simulators at `url`. Raises LocalError."""
    from otel_voice.simulators.demo import environment

    return Demonstration([sys.executable, str(_example("agent.py"))], environment(url))


def faults_to_watch(url: str, folder: Path) -> Demonstration:
    """All of examples/faults, for the dashboards and alerts of a stack. What it writes goes to `folder`."""
    return _faults(url, folder, _ROUNDS, _WAITING)


def faults_to_read(url: str, folder: Path) -> Demonstration:
    """Each fault of examples/faults once, which is as much as a terminal can show."""
    return _faults(url, folder, 1, 0)


def _faults(url: str, folder: Path, rounds: int, waiting: int) -> Demonstration:
    from otel_voice.simulators.faults import environment, telemetry

    program = [sys.executable, str(_example("faults")), "--rounds", str(rounds), "--waiting", str(waiting)]
    unsaid = {name: value for name, value in telemetry(_free_port()).items() if not os.environ.get(name)}
    # What the reception swears to on a bad day is nothing to keep beside the records of real programs.
    audit = {"OTEL_VOICE_AUDIT_DIR": str(folder / "audit")}
    return Demonstration(program, {**environment(url), **unsaid, **audit})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _example(name: str) -> Path:
    package = Path(otel_voice.__file__).parent
    places = (package / "simulators" / "example" / name, package.parent / "examples" / name)
    for place in places:
        if place.exists():
            return place
    raise LocalError(f"the example {name} is missing from this installation: looked at {places[0]} and {places[1]}")
