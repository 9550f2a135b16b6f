"""`otel-voice export [ID]`: the store, or one conversation of it, as OTLP/JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from otel_voice.cli.arguments import Commands, store_path
from otel_voice.local import export as otlp
from otel_voice.local.conversations import Conversations
from otel_voice.local.errors import LocalError


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser("export", help="write conversations as OTLP JSON")
    parser.add_argument("id", metavar="ID", nargs="?", help="an id or the start of it (default: everything)")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write there (default: standard output)")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Writes the document to a file or to standard output."""
    path = store_path(arguments)
    with closing(Conversations(path)) as reader:
        id = None if arguments.id is None else reader.resolve(arguments.id)
    pieces = otlp.pieces(path, id)
    if arguments.output is None:
        sys.stdout.writelines(pieces)
    else:
        _write(arguments.output, pieces)
    return 0


def _write(output: Path, pieces: Iterator[str]) -> None:
    try:
        with output.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
    except OSError as error:
        raise LocalError(f"cannot write {output}: {error.strerror}; choose another file with --output FILE") from error
