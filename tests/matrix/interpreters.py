"""Finds the Pythons of this machine: on PATH, or installed by pyenv and not on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


def find(versions: Iterable[str]) -> str | None:
    """The interpreter of the first of these versions ("3.12") that is found and starts."""
    return next((path for version in versions for path in _candidates(version) if _is(path, version)), None)


def _candidates(version: str) -> Iterator[str]:
    yield from (found for name in (sys.executable, f"python{version}") if (found := shutil.which(name)))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from (str(path) for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True))


def _is(path: str, version: str) -> bool:
    """A shim may be on PATH and still have nothing behind it."""
    question = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run((path, "-c", question), capture_output=True, text=True, check=False)
    return answer.stdout.strip() == version
