"""What an in-flight stream keeps for each chunk it has seen, in bytes, beyond what the SDK itself keeps."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from itertools import islice

from benchmarks import subjects
from benchmarks.result import BenchmarkError, Result

FEW, MANY = 200, 2000
ROUNDS = 3


def measure() -> list[Result]:
    """Growth of a streamed chat completion, each mode in a process of its own."""
    # The least of some, for what else a process keeps by chance only adds.
    on, bare = (min(growth(mode) for _ in range(ROUNDS)) for mode in ("on", "bare"))
    added = on - bare
    return [Result("memory an in-flight stream keeps for each chunk", added, "bytes", limit=1)]


def growth(mode: str) -> float:
    """Bytes for each chunk between the 200th and the 2000th."""
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.memory", mode), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkError(f"the memory benchmark failed:\n{done.stderr[-3000:]}")
    return float(done.stdout)


def main(mode: str) -> None:
    """The measured process."""
    subjects.pipeline()
    if mode == "on":
        subjects.instrumented()
    subjects.chat_stream(MANY)
    stream = iter(subjects.opened(MANY + FEW))
    tracemalloc.start()
    few = _traced(stream, FEW)
    many = _traced(stream, MANY - FEW)
    sys.stdout.write(f"{(many - few) / (MANY - FEW)}\n")


def _traced(stream: object, chunks: int) -> int:
    for _ in islice(stream, chunks):  # type: ignore[call-overload]
        pass
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


if __name__ == "__main__":
    main(sys.argv[1])
