"""Runs a program under callgrind and reads what it counted."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.result import BenchmarkError


def callgrind(command: Sequence[str], out: Path, env: Mapping[str, str], *options: str) -> None:
    """Run `command` and have its instructions counted into `out`; BenchmarkError when it cannot or fails."""
    if shutil.which("valgrind") is None:
        raise BenchmarkError("valgrind is not installed (on Debian and Ubuntu: apt-get install valgrind)")
    whole = ("valgrind", "--tool=callgrind", *options, f"--callgrind-out-file={out}", *command)
    # Hash seeds change how dictionaries collide, and with them the counts.
    done = subprocess.run(whole, capture_output=True, text=True, check=False, env={**env, "PYTHONHASHSEED": "0"})
    if done.returncode:
        raise BenchmarkError(f"{' '.join(whole)} failed:\n{done.stderr[-3000:]}")


def total(out: Path) -> int:
    """The instructions counted into this file."""
    found = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)
    if found is None:
        raise BenchmarkError(f"callgrind wrote no total into {out.name}")
    return int(found.group(1))
