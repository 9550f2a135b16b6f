"""Writes docs/telemetry.md, the reference of everything otel_voice emits, from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.schema import Attribute, Event, Schema

INTRODUCTION = """\
<!-- Generated from otel_voice/schema by `make docs`; do not edit. -->

# What otel_voice emits

One trace per conversation by default. The root span is the `conversation`; its children are the
`turn`s; the children of a turn are the calls to the providers. A span lasts as long as the thing it
names: a synthesis until the last audio byte is in the caller's hands, an utterance until its final
transcript. What is not known is absent, never zero.

Names come from the OpenTelemetry conventions where they have one. The status says how settled a name is:

| status | meaning |
|---|---|
| stable | stable in the OpenTelemetry semantic conventions |
| development | merged in the GenAI semantic conventions, which are still in development |
| proposed | open as a proposal in the GenAI semantic conventions; will follow what is merged |
| own | no convention names it; it is ours and lives under `voice.` (or is a plain word, for a span) |

All times are seconds. Labels of metrics are bounded: never an id, a phone number or a free text.
Attributes marked *content* hold what people said and are recorded only when
`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` asks for it. What is marked *browser* is emitted by
[the browser's half](browser.md) alone.
"""


def reference(schema: Schema) -> str:
    """The text of docs/telemetry.md."""
    return "\n".join(
        [
            INTRODUCTION,
            _spans(schema),
            _metrics(schema),
            _buckets(schema),
            _events(schema),
            _catalogue(schema),
            _attributes(schema),
        ]
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table; a bar within a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _mark(emitted_by: str) -> str:
    return f"*{emitted_by.capitalize()}.* " if emitted_by else ""


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _codes(names: Iterable[str]) -> str:
    return ", ".join(_code(name) for name in names)


def _spans(schema: Schema) -> str:
    rows = [(_code(span.name), span.kind, span.status, _mark(span.emitted_by) + span.brief) for span in schema.spans]
    return "## Spans\n\n" + table(("name", "kind", "status", "what it is"), rows)


def _metrics(schema: Schema) -> str:
    sections = []
    for metric in schema.metrics:
        buckets = f", buckets *{metric.buckets}*" if metric.buckets else ""
        opt_in = (
            f"Only with `OTEL_SEMCONV_STABILITY_OPT_IN={metric.opt_in}` (or `{metric.opt_in}/dup`).\n\n"
            if metric.opt_in
            else ""
        )
        sections.append(
            f"### `{metric.name}`\n\n"
            f"{metric.brief} {metric.instrument.capitalize()} in `{metric.unit}`{buckets}.\n\n"
            f"{opt_in}Labels: {_codes(metric.labels)}.\n"
        )
    return "## Metrics\n\n" + "\n".join(sections)


def _buckets(schema: Schema) -> str:
    rows = [(name, ", ".join(f"{bound:.15g}" for bound in bounds)) for name, bounds in schema.buckets.items()]
    return "### Bucket boundaries\n\n" + table(("set", "upper bounds"), rows)


def _events(schema: Schema) -> str:
    rows = [
        (
            _code(event.name),
            _severities(event),
            event.category,
            _mark(event.emitted_by) + event.brief,
            _codes(event.attributes),
        )
        for event in schema.events
    ]
    return "## Log events\n\n" + table(("name", "severity", "category", "what happened", "attributes"), rows)


def _catalogue(schema: Schema) -> str:
    rows = [
        (_code(event.name.removeprefix("voice.")), _codes(event.fields), _codes(event.metrics))
        for event in schema.events
        if event.fields
    ]
    return "## What a program may say\n\nWith `otel_voice.event(name, ...)`: [events.md](events.md).\n\n" + table(
        ("event", "fields", "counted by"), rows
    )


def _severities(event: Event) -> str:
    return ", ".join(dict.fromkeys((event.severity, *event.severities)))


def _attributes(schema: Schema) -> str:
    return "## Attributes\n\n" + table(
        ("name", "type", "unit", "status", "what it says"), [_attribute_row(a) for a in schema.attributes]
    )


def _attribute_row(attribute: Attribute) -> tuple[str, ...]:
    mark = _mark(attribute.emitted_by) + ("*Content.* " if attribute.content else "")
    values = f" One of {_codes(attribute.values)}." if attribute.values else ""
    return (
        _code(attribute.name),
        attribute.type,
        _code(attribute.unit),
        attribute.status,
        mark + attribute.brief + values,
    )
