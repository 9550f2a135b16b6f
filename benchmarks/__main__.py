"""`make bench`: measure everything in one run, print it beside what is allowed, fail when a bound is broken."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import instructions, lag, log_calls, logs, memory, startup, sustained, times
from benchmarks.result import BenchmarkError, Result

REPORT = Path(__file__).resolve().parent.parent / ".cache" / "bench.json"


def main() -> int:
    """1 when a bound is broken, 2 when something could not be measured."""
    results: list[Result] = []
    try:
        # The clock first: counting instructions keeps every core busy.
        for part in (startup, times, lag, logs, sustained, memory, log_calls, instructions):
            sys.stderr.write(f"{(part.__doc__ or '').splitlines()[0]}\n")
            results += part.measure()
    except BenchmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(_table(results))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n", encoding="utf-8")
    return 0 if all(result.good for result in results) else 1


def _table(results: Sequence[Result]) -> str:
    rows = [(result.name, f"{result.value:,.2f} {result.unit}", result.bound, _mark(result)) for result in results]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    return "".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {bound:<{widths[2]}}  {mark}".rstrip() + "\n"
        for name, value, bound, mark in rows
    )


def _mark(result: Result) -> str:
    return "" if result.good else "TOO MUCH" if result.limit is not None else "TOO LITTLE"


if __name__ == "__main__":
    sys.exit(main())
