"""Writes the tables of docs/sizing.md from measured.json: `python -m tests.stack.sizing.page`."""

from __future__ import annotations

from collections.abc import Iterable

from tests.stack.binaries import ROOT
from tests.stack.sizing.measured import Measured
from tests.stack.sizing.paper import Assumed, Paper, Row, assumptions

PAGE = ROOT / "docs" / "sizing.md"
NAMES = {"traces": "spans", "metrics": "points", "logs": "log records"}


def write() -> None:
    """Put each table between its marks."""
    PAGE.write_text(written(PAGE.read_text()))


def written(text: str) -> str:
    """The page with today's tables. Raises ValueError when a mark is missing."""
    for name, table in tables().items():
        begin, end = f"<!-- measured: {name} -->\n", "<!-- end measured -->"
        before, rest = text.split(begin)
        text = before + begin + table + rest[rest.index(end) :]
    return text


def tables() -> dict[str, str]:
    """Every table by its name."""
    measured = Measured.load()
    assumed = Assumed()
    return {
        "call": _table(("what one call emits", "in all", "a second"), _call(measured)),
        "carried": _table(
            ("role", "signal", "a second and core", "worst run", "CPU us an item", "peak MiB", "a second and GiB"),
            _carried(measured),
        ),
        "items": _table(("bytes of one", "as OTLP", "compressed", "in the queue on disk"), _items(measured)),
        "undecided": _table(
            ("bytes of one", "resident in a gateway"),
            [("span that waits for its sampling decision", f"{measured.undecided_bytes:,.0f}")],
        ),
        "assumed": _table(("assumed", "name", "value"), _rows(assumptions(assumed))),
        "million": _table(("derived", "from", "value"), _rows(Paper(measured, assumed).rows())),
    }


def _call(measured: Measured) -> Iterable[tuple[str, ...]]:
    call = measured.call
    yield "length", f"{call.seconds} s, {call.turns} turns", ""
    yield "spans", str(call.spans), f"{call.spans / call.seconds:.2f}"
    yield "log records", str(call.records), f"{call.records / call.seconds:.2f}"
    yield "metric streams of the process, at each collection", str(call.streams), f"{call.streams / 15:.2f}"
    yield "Prometheus series of the process", str(call.series), ""


def _carried(measured: Measured) -> Iterable[tuple[str, ...]]:
    for role, by in measured.carried.items():
        for name, one in by.items():
            per_gib = f"{one.per_core / one.peak_mib * 1024:,.0f}"
            micros = f"{1e6 / one.per_core:.0f}"
            yield role, NAMES[name], f"{one.per_core:,.0f}", f"{one.worst:,.0f}", micros, f"{one.peak_mib:.0f}", per_gib


def _items(measured: Measured) -> Iterable[tuple[str, ...]]:
    for name, item in measured.items.items():
        yield NAMES[name].removesuffix("s"), f"{item.raw:.0f}", f"{item.compressed:.0f}", f"{item.queued:.0f}"


def _rows(rows: Iterable[Row]) -> Iterable[tuple[str, ...]]:
    return ((row.what, row.formula, row.value) for row in rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    write()
