"""The `otel-voice` command line: one small file per command, and one place where their errors become a line."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from otel_voice.cli import alerts, audit, demo, doctor, export, importing, listing, report, run, show, stack
from otel_voice.local.errors import LocalError

_COMMANDS = (run, demo, show, listing, export, importing, report)
_SIGPIPE_STATUS = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status: 2 for a command that cannot do its work."""
    _let_any_letter_through()
    arguments = _parser().parse_args(argv)
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except LocalError as error:
        print(f"otel-voice: {error}", file=sys.stderr)
        return 2
    except DecodeError as error:
        print(
            f"otel-voice: the store is damaged ({error}); move it away, or choose another with --store PATH",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may be written when the interpreter closes the stream.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _SIGPIPE_STATUS
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="otel-voice", description="OpenTelemetry for voice agents.")
    parser.add_argument("--version", action="version", version=f"otel-voice {version('otel-voice')}")
    parser.set_defaults(store=None)
    _add_store(parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        _add_store(command.add(commands))
    _add_store(audit.add(commands))
    doctor.add(commands)
    stack.add(commands)
    alerts.add(commands)
    return parser


def _add_store(parser: argparse.ArgumentParser) -> None:
    # Suppressed, so that the option of the command does not undo the same option before the command.
    parser.add_argument(
        "--store",
        metavar="PATH",
        type=Path,
        default=argparse.SUPPRESS,
        help="the file that conversations are kept in, the oldest given up over 256 MB "
        "(default: in the user's data directory)",
    )


def _let_any_letter_through() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
