"""Writes otel_voice/telemetry/names.py from the schema, already in the shape the formatter leaves alone."""

from __future__ import annotations

from collections.abc import Iterable

from tools.schema import Event, Metric, Schema

LINE = 120

HEADER = '''"""Generated from otel_voice/schema by `make docs`; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple


class Metric(NamedTuple):
    """How an instrument is made; `opt_in` names the semantic convention switch it waits for, or is empty."""

    instrument: str
    unit: str
    description: str
    buckets: Sequence[float]
    labels: tuple[str, ...]
    opt_in: str


class Event(NamedTuple):
    """How a log event is written."""

    severity: str
    category: str
    attributes: tuple[str, ...]


'''


def names_module(schema: Schema) -> str:
    """The text of the names module."""
    sections = [
        _constants("", (attribute.name for attribute in schema.attributes)),
        _spans(schema),
        _constants("METRIC_", (metric.name for metric in schema.metrics)),
        _constants("EVENT_", (event.name for event in schema.events)),
        _content(schema),
        _buckets(schema),
        _metrics(schema),
        _events(schema),
    ]
    return HEADER + "\n".join(sections)


def constant(name: str) -> str:
    """The name as a Python constant: gen_ai.operation.name -> GEN_AI_OPERATION_NAME."""
    return name.replace(".", "_").upper()


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _wrapped(prefix: str, opening: str, items: Iterable[str], closing: str, indent: int) -> str:
    """One line when it fits, else one item a line with the trailing comma the formatter puts."""
    items = list(items)
    pad = " " * indent
    line = f"{pad}{prefix}{opening}{', '.join(items)}{closing}"
    if len(line) <= LINE:
        return line
    body = "".join(f"{pad}    {item},\n" for item in items)
    return f"{pad}{prefix}{opening}\n{body}{pad}{closing}"


def _tuple(prefix: str, names: tuple[str, ...], indent: int) -> str:
    closing = ",)" if len(names) == 1 else ")"
    return _wrapped(prefix, "(", (_text(name) for name in names), closing, indent)


def _constants(prefix: str, names: Iterable[str]) -> str:
    return "".join(f"{prefix}{constant(name)}: Final = {_text(name)}\n" for name in names)


def _spans(schema: Schema) -> str:
    return "".join(f"SPAN_{span.key.upper()}: Final = {_text(span.name)}\n" for span in schema.spans)


def _content(schema: Schema) -> str:
    names = [attribute.name for attribute in schema.attributes if attribute.content]
    body = "".join(f"        {constant(name)},\n" for name in names)
    return f"CONTENT_ATTRIBUTES: Final[frozenset[str]] = frozenset(\n    {{\n{body}    }}\n)\n"


def _buckets(schema: Schema) -> str:
    lines = [
        _wrapped(f"{_text(name)}: ", "(", (_number(bound) for bound in bounds), "),", 4)
        for name, bounds in schema.buckets.items()
    ]
    body = "\n".join(lines)
    return f"BUCKETS: Final[Mapping[str, Sequence[float]]] = {{\n{body}\n}}\n"


def _metrics(schema: Schema) -> str:
    body = "".join(_metric(metric) for metric in schema.metrics)
    return f"METRICS: Final[Mapping[str, Metric]] = {{\n{body}}}\n"


def _metric(metric: Metric) -> str:
    buckets = f"BUCKETS[{_text(metric.buckets)}]" if metric.buckets else "()"
    return (
        f"    METRIC_{constant(metric.name)}: Metric(\n"
        f"        instrument={_text(metric.instrument)},\n"
        f"        unit={_text(metric.unit)},\n"
        f"        description={_text(metric.brief)},\n"
        f"        buckets={buckets},\n"
        f"{_tuple('labels=', metric.labels, 8)},\n"
        f"        opt_in={_text(metric.opt_in)},\n"
        "    ),\n"
    )


def _events(schema: Schema) -> str:
    body = "".join(_event(event) for event in schema.events)
    return f"EVENTS: Final[Mapping[str, Event]] = {{\n{body}}}\n"


def _event(event: Event) -> str:
    return (
        f"    EVENT_{constant(event.name)}: Event(\n"
        f"        severity={_text(event.severity)},\n"
        f"        category={_text(event.category)},\n"
        f"{_tuple('attributes=', event.attributes, 8)},\n"
        "    ),\n"
    )
