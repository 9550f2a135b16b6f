"""`otel-voice demo`: an agent that knows nothing of telemetry, run against provider servers on loopback."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from otel_voice.cli import endpoint as endpoints
from otel_voice.cli import program as programs
from otel_voice.cli.arguments import Commands, store_path
from otel_voice.cli.demonstrations import Demonstration, faults_to_read, faults_to_watch, one_call
from otel_voice.cli.run import observe, start, tell_where
from otel_voice.local.errors import LocalError

_NEEDED: Final = ("aiohttp", "openai", "deepgram", "elevenlabs")


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser("demo", help="see a voice agent's conversation, with no account and no Docker")
    parser.add_argument("--endpoint", metavar="URL", help="send to this Collector instead of the embedded receiver")
    parser.add_argument("--keep", action="store_true", help="keep the conversation, for `show`, `list` and `export`")
    parser.add_argument("--faults", action="store_true", help="a bad day instead: everything that can go wrong")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """The exit status of the example agent. Raises LocalError when the demo cannot be run."""
    _check_what_it_needs()
    endpoint = None if arguments.endpoint is None else endpoints.checked(arguments.endpoint)
    from otel_voice.simulators.server import Simulators

    with Simulators() as simulators, tempfile.TemporaryDirectory(prefix="otel-voice-demo-") as directory:
        folder = Path(directory)
        shown = _demonstration(arguments, simulators.url, folder)
        if endpoint is not None:
            return _send(endpoint, shown)
        if arguments.keep or arguments.store is not None:
            return _keep(store_path(arguments), shown)
        status = observe(shown.program, _inherited(shown), folder / "demo.sqlite3", None, None).status
    print("otel-voice: to look at it again run the demo with --keep", file=sys.stderr)
    return status


def _demonstration(arguments: argparse.Namespace, url: str, folder: Path) -> Demonstration:
    if not arguments.faults:
        return one_call(url)
    return faults_to_read(url, folder) if arguments.endpoint is None else faults_to_watch(url, folder)


def _inherited(shown: Demonstration) -> dict[str, str]:
    return {**os.environ, **shown.environment}


def _send(endpoint: endpoints.Endpoint, shown: Demonstration) -> int:
    environment = programs.environment(_inherited(shown), shown.program, endpoint.url, endpoint.protocol)
    status = start(programs.instrumented(sys.executable, shown.program[1:]), environment)
    print(f"otel-voice: it was all sent to {endpoint.url}", file=sys.stderr)
    return status


def _keep(store: Path, shown: Demonstration) -> int:
    observed = observe(shown.program, _inherited(shown), store, None, None)
    tell_where(store, observed)
    return observed.status


def _check_what_it_needs() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise LocalError(f"the demo needs {', '.join(missing)}: pip install 'otel-voice[demo]'")
