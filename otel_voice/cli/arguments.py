"""What several commands make of their arguments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

from otel_voice.settings import Settings

STORE_NAME = "conversations.sqlite3"
"""The store in the user's data directory, where no `--store PATH` is given."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def store_path(arguments: argparse.Namespace) -> Path:
    """`--store PATH`, else the store in the user's data directory."""
    chosen = arguments.store
    return chosen if isinstance(chosen, Path) else (Settings.from_env().data_dir or Path()) / STORE_NAME


def port(text: str) -> int:
    """A TCP port from 1 to 65535."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: give a number from 1 to 65535")
    return int(text)
