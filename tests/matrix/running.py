"""Runs the tests of one cell and reads what came of it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.matrix.cells import TOLD, Cell
from tests.matrix.interpreters import find
from tools.environment import CACHE, ROOT, Environment, EnvironmentSetupError, ensure

LIMIT_SECONDS = 2400
ONCE_MORE = ("--last-failed", "--last-failed-no-failures=none")
VERSIONS = f"""
import json, platform
from importlib.metadata import distributions
found = {{distribution.name: distribution.version for distribution in distributions()}}
told = {{name: found[name] for name in {TOLD!r} if name in found}}
print(json.dumps({{"python": platform.python_version(), **told}}))
"""


@dataclass(frozen=True)
class Result:
    """What came of one cell; `trouble` says why there are no counts.

    `unsteady` tests failed, and then passed by themselves; they are counted as passed.
    """

    cell: str
    versions: Mapping[str, str]
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    unsteady: int = 0
    seconds: float = 0.0
    trouble: str = ""

    @property
    def good(self) -> bool:
        """True when it ran and nothing failed."""
        return self.passed > 0 and self.failed == 0 and not self.trouble


def run(cell: Cell) -> Result | None:
    """Make the cell's environment and run its tests; None when no Python of the cell is here."""
    interpreter = find(cell.pythons)
    if interpreter is None:
        return None
    digest = hashlib.sha256("\0".join((interpreter, *cell.requirements)).encode()).hexdigest()[:10]
    environment = Environment(CACHE / "matrix" / f"{cell.name}-{digest}", interpreter, cell.requirements)
    try:
        python = ensure(environment)
    except EnvironmentSetupError as error:
        return Result(cell.name, {}, trouble=str(error))
    return _test(cell, python, environment.folder)


def _test(cell: Cell, python: Path, folder: Path) -> Result:
    """All tests; those that fail once more by themselves, because the machine may have been busy."""
    versions = json.loads(subprocess.run((python, "-c", VERSIONS), capture_output=True, text=True, check=True).stdout)
    cache = f"cache_dir={folder.with_suffix('.pytest_cache')}"
    command = (str(python), "-m", "pytest", "-q", "-o", cache)
    report, began = folder.with_suffix(".xml"), time.monotonic()
    first = _run_pytest((*command, *cell.tests), cell, report)
    again = _run_pytest((*command, *ONCE_MORE, *cell.tests), cell, report) if first.failed else first
    failed = again.failed if again.ran else first.failed
    return Result(
        cell=cell.name,
        versions=versions,
        passed=first.passed + first.failed - failed,
        failed=failed,
        skipped=first.skipped,
        unsteady=first.failed - failed,
        seconds=time.monotonic() - began,
        trouble=first.trouble or again.trouble,
    )


@dataclass(frozen=True)
class _Counts:
    """What one run of pytest reported."""

    ran: int = 0
    failed: int = 0
    skipped: int = 0
    trouble: str = ""

    @property
    def passed(self) -> int:
        return self.ran - self.failed - self.skipped


def _run_pytest(command: tuple[str, ...], cell: Cell, report: Path) -> _Counts:
    report.unlink(missing_ok=True)
    command = (*command, f"--junitxml={report}")
    try:
        said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return _Counts(trouble=f"not done after {LIMIT_SECONDS} s")
    sys.stderr.write(f"\n--- {cell.name}\n{said.stdout}")
    return _read(report)


def _read(report: Path) -> _Counts:
    if not report.exists():
        return _Counts(trouble="pytest wrote no report")
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    return _Counts(count["tests"], count["failures"] + count["errors"], count["skipped"])
