"""`otel-voice show [ID]`: one conversation from the store, with its turns, stages, latencies, errors and log lines."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from otel_voice.cli.arguments import Commands, store_path
from otel_voice.local import views
from otel_voice.local.conversations import Conversations


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser("show", help="show a conversation")
    parser.add_argument("id", metavar="ID", nargs="?", help="its id or the start of it (default: the newest)")
    parser.add_argument("--alone", action="store_true", help="show what belongs to no conversation instead")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Shows the conversation on standard output."""
    view = views.view_for(sys.stdout)
    with closing(Conversations(store_path(arguments))) as reader:
        if arguments.alone:
            views.show_alone(view, reader.alone())
            return 0
        id = reader.newest() if arguments.id is None else reader.resolve(arguments.id)
        conversation = reader.conversation(id)
    views.show(view, conversation)
    return 0
