"""Measure, and print the tables of docs/sizing.md."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from tests.stack.sizing.carrying import ROLES, Carried, bytes_held, bytes_queued, carried
from tests.stack.sizing.emission import Emission, record_demo
from tests.stack.sizing.null import NullEngines
from tests.stack.sizing.payload import Payload, payloads, undecided

RUNS = 3
NAMES = {"traces": "spans", "metrics": "points", "logs": "log records"}
HELD, QUEUED = 40_000, 40_000


def main() -> None:
    """Some fifteen minutes; each figure is the best of several runs."""
    os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)) or {0})
    emission = record_demo()
    _print(("what one call emits", "in all", "a second"), _emitted(emission))
    signals = payloads(emission)
    engines = NullEngines()
    try:
        heads = ("role", "signal", "a second and core", "CPU us an item", "peak MiB", "a second and GiB", "wall s")
        _print(heads, _carried(signals, engines))
        _print(("one item", "bytes"), _bytes(emission, signals, engines))
    finally:
        engines.stop()


def _emitted(emission: Emission) -> Iterable[tuple[str, ...]]:
    seconds = emission.seconds()
    spans, records = len(emission.spans()), len(emission.records())
    yield "length", f"{seconds:.1f} s", ""
    yield "spans", str(spans), f"{spans / seconds:.2f}"
    yield "log records", str(records), f"{records / seconds:.2f}"
    yield "metric streams of the process", str(len(emission.last_points())), f"{len(emission.last_points()) / 15:.2f}"
    yield "Prometheus series of the process", str(emission.series()), ""


def _carried(signals: dict[str, Payload], engines: NullEngines) -> Iterable[tuple[str, ...]]:
    for role in ROLES:
        for signal in ("traces",) if "sampling" in role else tuple(NAMES):
            runs = [carried(role, signals[signal], engines) for _ in range(RUNS)]
            yield role, NAMES[signal], *_row(min(runs, key=lambda run: run.cpu_seconds / run.items), runs)


def _row(best: Carried, runs: list[Carried]) -> tuple[str, ...]:
    peak = min(run.peak_mib for run in runs)
    spread = f"{min(run.per_core for run in runs):,.0f} to {best.per_core:,.0f}"
    per_gib = f"{best.per_core / peak * 1024:,.0f}"
    return spread, f"{1e6 / best.per_core:.0f}", f"{peak:.0f}", per_gib, f"{best.wall_seconds:.0f}"


def _bytes(emission: Emission, signals: dict[str, Payload], engines: NullEngines) -> Iterable[tuple[str, str]]:
    for signal, name in NAMES.items():
        yield f"{name}, as OTLP without compression", f"{signals[signal].item_bytes:.0f}"
        yield f"{name}, compressed", f"{signals[signal].compressed_bytes:.0f}"
        queued = min(bytes_queued(signals[signal], engines, QUEUED) for _ in range(RUNS))
        yield f"{name}, in the queue on disk", f"{queued:.0f}"
    held = min(bytes_held(undecided(emission), engines, HELD) for _ in range(RUNS))
    yield "span that waits for its sampling decision, resident", f"{held:.0f}"


def _print(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    sys.stdout.write(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    for row in rows:
        sys.stdout.write(f"| {' | '.join(row)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
