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
VERSIONS = f"""
import json, platform
from importlib.metadata import distributions
found = {{distribution.name: distribution.version for distribution in distributions()}}
told = {{name: found[name] for name in {TOLD!r} if name in found}}
print(json.dumps({{"python": platform.python_version(), **told}}))
"""


@dataclass(frozen=True)
class Result:
    """What came of one cell; `trouble` says why there are no counts, or which tests failed."""

    cell: str
    versions: Mapping[str, str]
    passed: int = 0
    failed: int = 0
    skipped: int = 0
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
    return _test(cell, python, environment.folder.with_suffix(".xml"))


def _test(cell: Cell, python: Path, report: Path) -> Result:
    versions = json.loads(subprocess.run((python, "-c", VERSIONS), capture_output=True, text=True, check=True).stdout)
    command = (str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *cell.tests)
    report.unlink(missing_ok=True)
    began = time.monotonic()
    try:
        said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Result(cell.name, versions, trouble=f"not done after {LIMIT_SECONDS} s")
    sys.stderr.write(f"\n--- {cell.name}\n{said.stdout}")
    return _read(cell, versions, report, time.monotonic() - began)


def _read(cell: Cell, versions: Mapping[str, str], report: Path, seconds: float) -> Result:
    if not report.exists():
        return Result(cell.name, versions, trouble="pytest wrote no report")
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"]
    return Result(
        cell=cell.name,
        versions=versions,
        passed=count["tests"] - failed - count["skipped"],
        failed=failed,
        skipped=count["skipped"],
        seconds=seconds,
    )
