"""`otel-voice demo`: an agent that knows nothing of telemetry, run against provider servers on loopback."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import otel_voice
from otel_voice.cli import endpoint as endpoints
from otel_voice.cli import program as programs
from otel_voice.cli.arguments import Commands, store_path
from otel_voice.cli.run import observe, start, tell_where
from otel_voice.local.errors import LocalError

_NEEDED: Final = ("aiohttp", "openai", "deepgram", "elevenlabs")


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser("demo", help="see a voice agent's conversation, with no account and no Docker")
    parser.add_argument("--endpoint", metavar="URL", help="send to this Collector instead of the embedded receiver")
    parser.add_argument("--keep", action="store_true", help="keep the conversation, for `show`, `list` and `export`")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """The exit status of the example agent. Raises LocalError when the demo cannot be run."""
    _check_what_it_needs()
    endpoint = None if arguments.endpoint is None else endpoints.checked(arguments.endpoint)
    from otel_voice.simulators.demo import environment
    from otel_voice.simulators.server import Simulators

    with Simulators() as simulators:
        inherited = {**os.environ, **environment(simulators.url)}
        if endpoint is not None:
            return _send(endpoint, inherited)
        if arguments.keep or arguments.store is not None:
            return _keep(store_path(arguments), inherited)
        with tempfile.TemporaryDirectory(prefix="otel-voice-demo-") as directory:
            status = observe(_agent(), inherited, Path(directory) / "demo.sqlite3", None, None).status
        print("otel-voice: to look at it again run the demo with --keep", file=sys.stderr)
        return status


def _send(endpoint: endpoints.Endpoint, inherited: Mapping[str, str]) -> int:
    environment = programs.environment(inherited, _agent(), endpoint.url, endpoint.protocol)
    status = start(programs.instrumented(sys.executable, _agent()[1:]), environment)
    print(f"otel-voice: the conversation was sent to {endpoint.url}", file=sys.stderr)
    return status


def _keep(store: Path, inherited: Mapping[str, str]) -> int:
    observed = observe(_agent(), inherited, store, None, None)
    tell_where(store, observed)
    return observed.status


def _agent() -> list[str]:
    package = Path(otel_voice.__file__).parent
    places = (package / "simulators" / "example" / "agent.py", package.parent / "examples" / "agent.py")
    for place in places:
        if place.is_file():
            return [sys.executable, str(place)]
    raise LocalError(f"the example agent is missing from this installation: looked at {places[0]} and {places[1]}")


def _check_what_it_needs() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise LocalError(f"the demo needs {', '.join(missing)}: pip install 'otel-voice[demo]'")
