"""`otel-voice list`: every conversation in the store, the oldest first."""

from __future__ import annotations

import argparse
from contextlib import closing

from otel_voice.cli.arguments import Commands, store_path
from otel_voice.local import wording
from otel_voice.local.conversations import Conversations
from otel_voice.local.records import Listed


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser("list", help="list the conversations")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Prints one line per conversation."""
    with closing(Conversations(store_path(arguments))) as reader:
        for listed in reader.listed():
            print(_line(listed))
        alone = reader.alone()
    if alone.operations or alone.logs:
        counts = f"{len(alone.operations):,} operations and {len(alone.logs):,} log lines"
        print(f"outside of any conversation: {counts} (otel-voice show --alone)")
    return 0


def _line(listed: Listed) -> str:
    duration = wording.seconds(max(0, listed.end_ns - listed.start_ns) / 1e9)
    turns = wording.counted(listed.turns, "turn")
    ending = "" if listed.ended else "  not ended"
    id, service = wording.clean(listed.id), wording.clean(listed.service)
    return f"{wording.date(listed.start_ns)}  {id}  {duration:>12}  {turns:>9}  {service}{ending}"
