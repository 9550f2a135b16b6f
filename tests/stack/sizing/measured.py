"""What was measured, as it is kept beside this file in measured.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Call:
    """What one call emits, and the process that holds it."""

    seconds: float
    turns: int
    spans: int
    records: int
    streams: int
    series: int
    categories: dict[str, int]


@dataclass(frozen=True)
class Item:
    """One span, point or log record: bytes as OTLP, compressed, and in the queue on disk."""

    raw: float
    compressed: float
    queued: float


@dataclass(frozen=True)
class Carried:
    """What one core carries in a role: the best and the worst run, and the least peak of memory."""

    per_core: float
    worst: float
    peak_mib: float


@dataclass(frozen=True)
class Measured:
    """All of it; `carried` is by role, then by signal."""

    machine: str
    call: Call
    items: dict[str, Item]
    carried: dict[str, dict[str, Carried]]
    undecided_bytes: float

    def save(self) -> None:
        """Keep it for the page."""
        FILE.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @staticmethod
    def load() -> Measured:
        """What was measured last."""
        kept = json.loads(FILE.read_text())
        return Measured(
            kept["machine"],
            Call(**kept["call"]),
            {name: Item(**item) for name, item in kept["items"].items()},
            {role: {name: Carried(**one) for name, one in by.items()} for role, by in kept["carried"].items()},
            kept["undecided_bytes"],
        )
