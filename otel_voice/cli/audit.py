"""`otel-voice audit verify`: whether the records of a spool, a Loki export or the store are as they were written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from otel_voice.audit_trail import loki
from otel_voice.audit_trail.evidence import Evidence, Line, UnreadableError, copies_of, of_lines, of_spool
from otel_voice.audit_trail.verification import Report, verify
from otel_voice.cli.arguments import Commands
from otel_voice.local import log_records, wording
from otel_voice.local.errors import LocalError
from otel_voice.settings import Settings
from otel_voice.telemetry import names

_STANDARD_INPUT: Final = "-"
_STATUS: Final = "exit status: 0 when every chain is whole, 1 when something was found, 2 when it cannot be read"


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command; gives the parser of `verify`."""
    audit = commands.add_parser("audit", help="verify audit records").add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    parser = audit.add_parser("verify", help="find what was removed, reordered, edited or duplicated", epilog=_STATUS)
    parser.add_argument(
        "path",
        metavar="PATH",
        nargs="?",
        help="a spool directory, one file of it, or - for standard input (default: the spool of this user)",
    )
    parser.add_argument(
        "--loki", metavar="FILE", help="what Loki's query_range or `logcli query --output=jsonl` gave, or -"
    )
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Tells what was found, and where."""
    try:
        evidence = _evidence(arguments)
    except UnreadableError as error:
        raise LocalError(str(error)) from error
    report = verify(evidence)
    if not report.chains and not report.findings:
        raise LocalError("there are no audit records in it")
    _print(report)
    return 0 if report.intact else 1


def _evidence(arguments: argparse.Namespace) -> Evidence:
    path, exported, store = arguments.path, arguments.loki, arguments.store
    if sum(each is not None for each in (path, exported, store)) > 1:
        raise LocalError("one thing is verified at a time: give a PATH, or --loki FILE, or --store PATH")
    if store is not None:
        return _of_store(store)
    if exported == _STANDARD_INPUT:
        return loki.of_loki("standard input", sys.stdin.buffer.read())
    if exported is not None:
        return loki.of_loki_file(Path(exported))
    if path == _STANDARD_INPUT:
        return of_lines("standard input", sys.stdin.buffer.read())
    return of_spool(Path(path) if path is not None else Settings.from_env().audit_spool)


def _of_store(path: Path) -> Evidence:
    found = log_records.with_attribute(path, names.VOICE_AUDIT_HASH)
    lines = [
        Line(f"{path.name}: log {each.number}", str(each.body), copies_of(each.attributes), at=each.time_ns)
        for each in found
    ]
    return Evidence(ordered=True, resent=True, lines=lines)


def _print(report: Report) -> None:
    for chain in report.chains:
        records = wording.counted(chain.records, "record")
        print(wording.clean(f"stream {chain.stream} ({chain.category}): {records}, {chain.first} to {chain.last}"))
    _list("note", report.notes)
    _list("", (f"{each.place}: {each.kind}: {each.text}" for each in report.findings))
    print("every chain is whole" if report.intact else wording.counted(len(report.findings), "finding"))


def _list(kind: str, texts: Iterable[object]) -> None:
    for text in texts:
        print(wording.clean(f"{kind}: {text}" if kind else str(text)))
