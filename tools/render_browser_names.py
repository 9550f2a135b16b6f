"""Writes frontend/src/names.ts, what the browser's half emits, from the schema."""

from __future__ import annotations

from collections.abc import Iterable

from tools.render_names import constant
from tools.schema import Schema

HEADER = "// Generated from otel_voice/schema by `make docs`; do not edit.\n"
SHARED = frozenset(
    {
        "error.type",
        "exception.message",
        "exception.stacktrace",
        "exception.type",
        "gen_ai.conversation.id",
        "server.address",
        "server.port",
        "session.id",
        "user.id",
        "voice.conversation.id",
        "voice.interrupted",
        "voice.log.category",
    }
)
"""Attributes that the agent emits too."""


def browser_names(schema: Schema) -> str:
    """Constants for the spans, events and attributes of the browser."""
    spans = ((f"SPAN_{each.key.upper()}", each.name) for each in schema.spans if each.emitted_by == "browser")
    events = ((f"EVENT_{constant(each.name)}", each.name) for each in schema.events if each.emitted_by == "browser")
    attributes = (
        (constant(each.name), each.name)
        for each in schema.attributes
        if each.emitted_by == "browser" or each.name in SHARED
    )
    return HEADER + "".join("\n" + _constants(names) for names in (spans, events, attributes))


def _constants(names: Iterable[tuple[str, str]]) -> str:
    return "".join(f'export const {name} = "{value}";\n' for name, value in names)
