"""Instructions of parts of a program: it marks where a part begins and ends, callgrind counts between the marks."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.callgrind import callgrind, total
from benchmarks.result import BenchmarkError

Work = Callable[[int], None]

# The parent has callgrind write its counter out whenever this function of the C library is called.
mark = os.getloadavg


def measured(work: Work, few: int, many: int) -> None:
    """In the program: a short and a long run of the same work, so that what happens once cancels out."""
    work(few)
    for times in (few, many):
        mark()
        work(times)
        mark()


def counted(command: Sequence[str], repeats: Sequence[tuple[int, int]], env: Mapping[str, str]) -> list[float]:
    """Instructions of one repetition of each part that `command` measures; `repeats` are its `few` and `many`."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        callgrind(command, out, env, "--dump-before=getloadavg")
        # The counter at each mark, and the rest at the end; each holds what ran since the one before.
        dumps = [
            total(path) for path in sorted(out.parent.glob(f"{out.name}.*"), key=lambda path: int(path.suffix[1:]))
        ]
    if len(dumps) != 4 * len(repeats):
        raise BenchmarkError(f"callgrind wrote {len(dumps)} counts for {command}, expected {4 * len(repeats)}")
    # Marks come in pairs, and each counter holds what ran before its mark: the second of a pair is the work.
    work = dumps[1::2]
    return [(work[2 * at + 1] - work[2 * at]) / (many - few) for at, (few, many) in enumerate(repeats)]
