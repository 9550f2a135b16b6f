"""`otel-voice stack init DIR`: the files of the bundled stack, for somebody who has no checkout."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from otel_voice.cli.arguments import Commands
from otel_voice.local.errors import LocalError
from otel_voice.stack.errors import StackError
from otel_voice.stack.folder import ASIDE, Change, bring_up_to_date
from otel_voice.stack.rendering import files_for

_TO_BE_MERGED: Final = 1
_EXPLAINED: Final = {
    Change.KEPT: "you changed it, and this version did not",
    Change.DIFFERS: "you changed it and so did this version; yours is kept",
    Change.ORPHANED: "you changed it, and this version has it no more; yours is kept",
}


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command and what can be done with the stack."""
    parser = commands.add_parser("stack", help="the Collector and its backends, for docker compose")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    init = actions.add_parser(
        "init",
        help="write the stack's files, or bring them up to date",
        description="Writes docker-compose.yml and all that it needs. In a directory that has these files already, "
        "those that you did not change are brought to this version, and yours are kept. "
        "The exit status is 1 when some of yours want to be compared with new ones.",
    )
    init.add_argument("directory", metavar="DIR", type=Path, help="where to; it is made when it does not exist")
    init.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """0, or 1 when a file that its owner changed has a new version to compare with. Raises LocalError."""
    directory: Path = arguments.directory
    try:
        changes = bring_up_to_date(directory, files_for(directory))
    except StackError as error:
        raise LocalError(str(error)) from error
    for path, change in changes.items():
        if change is not Change.UNCHANGED:
            print(_line(path, change))
    print(_summary(directory, changes))
    return _TO_BE_MERGED if Change.DIFFERS in changes.values() else 0


def _line(path: str, change: Change) -> str:
    explained = _EXPLAINED.get(change)
    return f"{change.value:9} {path}" + (f" ({explained})" if explained else "")


def _summary(directory: Path, changes: Mapping[str, Change]) -> str:
    differing = [path for path, change in changes.items() if change is Change.DIFFERS]
    if differing:
        compare = "\n".join(f"  {_inside(directory)}diff -u {path} {ASIDE}/{path}" for path in differing)
        return f"Take over what you want of the new versions, then remove {ASIDE}:\n{compare}"
    if set(changes.values()) <= {Change.UNCHANGED, Change.KEPT, Change.ORPHANED}:
        return f"{directory} was up to date"
    return f"Start it: {_inside(directory)}docker compose up --detach --wait"


def _inside(directory: Path) -> str:
    return "" if directory == Path() else f"cd {shlex.quote(str(directory))} && "
