"""`otel-voice run [--] PROGRAM ...`: runs a program under auto-instrumentation and shows its conversations."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from otel_voice.cli import program as programs
from otel_voice.cli.arguments import Commands, port, store_path
from otel_voice.cli.child import Child
from otel_voice.cli.program import CannotStart
from otel_voice.local.live import Live
from otel_voice.local.receiver import Receiver
from otel_voice.local.store import Store
from otel_voice.local.views import view_for
from otel_voice.settings import Settings

# Grandchildren may still be sending when the program has ended.
_QUIET_SECONDS: Final = 0.3
_LATE_SECONDS: Final = 3.0
PROTOCOL: Final = "http/protobuf"


@dataclass(frozen=True)
class Observed:
    """How the program ended, and the ids of its conversations."""

    status: int
    conversations: tuple[str, ...] = ()


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser(
        "run",
        help="run a program and show its conversations",
        usage="otel-voice run [--store PATH] [--http-port PORT] [--grpc-port PORT] [--] PROGRAM ...",
    )
    parser.add_argument("--http-port", metavar="PORT", type=port, help="OTLP/HTTP port (default: 4318, or a free one)")
    parser.add_argument("--grpc-port", metavar="PORT", type=port, help="OTLP/gRPC port (default: 4317, or a free one)")
    parser.add_argument(
        "program", metavar="PROGRAM ...", nargs=argparse.REMAINDER, help="the program as it is run today"
    )
    parser.set_defaults(run=run, parser=parser)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """The exit status of the program, 127 when it is not found, 126 when it cannot be executed."""
    program = arguments.program[1:] if arguments.program[:1] == ["--"] else arguments.program
    if not program:
        arguments.parser.error("name a program, for example: otel-voice run python agent.py")
    store = store_path(arguments)
    observed = observe(program, os.environ, store, arguments.http_port, arguments.grpc_port)
    tell_where(store, observed)
    return observed.status


def observe(
    program: Sequence[str], inherited: Mapping[str, str], store: Path, http_port: int | None, grpc_port: int | None
) -> Observed:
    """Runs the program against the embedded receiver and shows what comes. Raises LocalError before it is started."""
    found = programs.find(program[0])
    if isinstance(found, CannotStart):
        return Observed(refuse(found))
    view = view_for(sys.stderr)
    with Store(store) as opened:
        live = Live(opened, view)
        origins = Settings.from_env(inherited).cors_origins
        with Receiver(live.sink, http_port, grpc_port, origins) as receiver:
            for line in receiver.moved:
                _say(line)
            live.start()
            environment = programs.environment(inherited, program, receiver.endpoint, PROTOCOL)
            status = start(programs.instrumented(found, program[1:]), environment)
            live.wait_until_quiet(_QUIET_SECONDS, _LATE_SECONDS)
        live.finish()
        if not live.heard_anything:
            _say(f"no telemetry came from {program[0]}: does it run in the Python environment of otel-voice?")
    return Observed(status, live.conversations)


def start(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs the command to its end with our streams; its exit status as a shell gives it."""
    try:
        return Child().run(command, environment)
    except OSError as error:
        return refuse(CannotStart(126, f"cannot start {command[0]}: {error.strerror}"))


def refuse(reason: CannotStart) -> int:
    """Says why nothing was started."""
    print(f"otel-voice: {reason.reason}", file=sys.stderr)
    return reason.status


def tell_where(store: Path, observed: Observed) -> None:
    """Says how to see the conversations again."""
    for id in observed.conversations:
        _say(f"kept in {store}: otel-voice show {id}")


def _say(text: str) -> None:
    try:
        view_for(sys.stderr).note(text)
    except OSError:
        # Whoever read our standard error is gone; the exit status is still the program's.
        return
