"""`make test-matrix`: run every cell, print what ran, and write docs/compatibility.json."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from tests.matrix.cells import CELLS, TOLD, Cell
from tests.matrix.running import Result, run
from tools.environment import ROOT

COMPATIBILITY = ROOT / "docs" / "compatibility.json"
COLUMNS = ("python", *TOLD)


def main() -> int:
    """Run the cells that were named, or all; what the others showed when they ran last stays written down."""
    parser = argparse.ArgumentParser(prog="tests.matrix", description=__doc__)
    parser.add_argument("cells", nargs="*", metavar="CELL", help=f"of: {', '.join(cell.name for cell in CELLS)}")
    wanted = parser.parse_args().cells
    unknown = sorted(set(wanted) - {cell.name for cell in CELLS})
    if unknown:
        parser.error(f"no cell is called {unknown[0]}")
    chosen = [cell for cell in CELLS if cell.name in wanted or not wanted]
    results = _run(chosen)
    absent = [cell.name for cell in chosen if cell.name not in {result.cell for result in results}]
    sys.stdout.write(_table(results, absent))
    _write(document(results, _written()))
    sys.stdout.write("wrote docs/compatibility.json; `make docs` brings it into the README\n")
    return 0 if results and all(result.good for result in results) else 1


def _run(cells: Sequence[Cell]) -> list[Result]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a cell keeps one core busy
        return [result for result in pool.map(run, cells) if result is not None]


def _table(results: Sequence[Result], absent: Sequence[str]) -> str:
    head = ("cell", *COLUMNS, "passed", "failed", "skipped", "unsteady", "seconds")
    rows = [head, *(_row(result) for result in results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"{result.cell}: {result.trouble}" for result in results if result.trouble]
    lines += [f"{name}: not run, its Python is not on this machine" for name in absent]
    return "\n" + "\n".join(lines) + "\n"


def _row(result: Result) -> tuple[str, ...]:
    versions = (result.versions.get(name, "-") for name in COLUMNS)
    counts = (str(result.passed), str(result.failed), str(result.skipped), str(result.unsteady))
    return (result.cell, *versions, *counts, f"{result.seconds:.0f}")


def document(results: Sequence[Result], written: Mapping[str, object]) -> str:
    """What each cell showed when it ran last, in the order of CELLS; `written` is what stood there before."""
    ran = {**written, **{result.cell: _entry(result) for result in results}}
    names = [cell.name for cell in CELLS]
    known = [ran[name] for name in names if name in ran]
    return json.dumps({"ran": known, "not_run": [name for name in names if name not in ran]}, indent=2) + "\n"


def _write(text: str) -> None:
    """At once: other cells may be run beside these."""
    beside = COMPATIBILITY.with_suffix(f".{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(COMPATIBILITY)


def _written() -> dict[str, object]:
    if not COMPATIBILITY.exists():
        return {}
    return {entry["cell"]: entry for entry in json.loads(COMPATIBILITY.read_text(encoding="utf-8"))["ran"]}


def _entry(result: Result) -> dict[str, object]:
    return {
        "cell": result.cell,
        "day": datetime.now(timezone.utc).date().isoformat(),
        "versions": dict(result.versions),
        "passed": result.passed,
        "failed": result.failed,
        "skipped": result.skipped,
        "unsteady": result.unsteady,
    }


if __name__ == "__main__":
    sys.exit(main())
