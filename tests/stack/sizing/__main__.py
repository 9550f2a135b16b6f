"""Measure, keep it in measured.json, and write the tables of docs/sizing.md."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from tests.stack.sizing import page
from tests.stack.sizing.carrying import ROLES, bytes_held, bytes_queued, carried
from tests.stack.sizing.emission import Emission, record_demo
from tests.stack.sizing.measured import Call, Carried, Item, Measured
from tests.stack.sizing.null import NullEngines
from tests.stack.sizing.payload import Payload, payloads, undecided

RUNS = 5
HELD, QUEUED = 40_000, 40_000


def main() -> None:
    """Half an hour; each figure is the best of several runs, because other work on the machine only ever adds."""
    os.sched_setaffinity(0, set(range(1, os.cpu_count() or 1)) or {0})
    emission = record_demo()
    signals = payloads(emission)
    engines = NullEngines()
    try:
        roles = {role: _role(role, signals, engines) for role in ROLES}
        items = {name: _item(payload, emission, engines) for name, payload in signals.items()}
        held = min(bytes_held(undecided(emission), engines, HELD) for _ in range(RUNS))
    finally:
        engines.stop()
    Measured(_machine(), _call(emission), items, roles, round(held)).save()
    page.write()


def _role(role: str, signals: dict[str, Payload], engines: NullEngines) -> dict[str, Carried]:
    names = ("traces",) if "sampling" in role else tuple(signals)
    return {name: _best(role, name, signals[name], engines) for name in names}


def _best(role: str, name: str, payload: Payload, engines: NullEngines) -> Carried:
    runs = [carried(role, payload, engines) for _ in range(RUNS)]
    per_core = sorted(round(run.per_core) for run in runs)
    sys.stderr.write(f"{role}, {name}: {per_core} a second and core\n")
    return Carried(per_core[-1], per_core[0], round(min(run.peak_mib for run in runs)))


def _item(payload: Payload, emission: Emission, engines: NullEngines) -> Item:
    queued = min(bytes_queued(payload, engines, QUEUED) for _ in range(2))
    return Item(round(payload.item_bytes), round(emission.compressed(payload.signal)), round(queued))


def _call(emission: Emission) -> Call:
    spans, records = emission.spans(), emission.records()
    turns = sum(span.name == "turn" for span in spans)
    streams, series = len(emission.last_points()), emission.series()
    categories = emission.categories()
    return Call(round(emission.seconds(), 1), turns, len(spans), len(records), streams, series, categories)


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0] if names else platform.machine()}"


if __name__ == "__main__":
    main()
