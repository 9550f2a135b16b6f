"""Writes otel_voice/telemetry/catalogue.py, what a program may say, in the shape the formatter leaves alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tools.render_names import constant
from tools.schema import Attribute, Event, Schema

HEADER = '''"""Generated from otel_voice/schema by `make docs`; do not edit. What a program may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from otel_voice.telemetry import names


class Said(NamedTuple):
    """An event of the catalogue.

    `fields` are its keywords and the attributes that they become; `metrics` what is derived from it: a metric, and
    the attribute that is its value, empty to count one.
    """

    fields: Mapping[str, str]
    constants: Mapping[str, str]
    metrics: Mapping[str, str]


'''


def catalogue_module(schema: Schema) -> str:
    """The text of the catalogue module."""
    said = [event for event in schema.events if event.fields]
    named = {name for event in said for name in event.attributes}
    attributes = [attribute for attribute in schema.attributes if attribute.name in named]
    return HEADER + "\n".join((_types(attributes), _values(attributes), _catalogue(said)))


def _types(attributes: Iterable[Attribute]) -> str:
    numbers = {"int": "int", "double": "float"}
    lines = [f"    names.{constant(each.name)}: {numbers[each.type]},\n" for each in attributes if each.type in numbers]
    return (
        f"NUMBERS: Final[Mapping[str, type[int] | type[float]]] = {{\n{''.join(lines)}}}\n"
        '"""The attributes that are numbers; all others are texts."""\n'
    )


def _values(attributes: Iterable[Attribute]) -> str:
    body = "".join(_choice(each) for each in attributes if each.values)
    return (
        f"VALUES: Final[Mapping[str, tuple[str, ...]]] = {{\n{body}}}\n"
        '"""The attributes of which all values are declared."""\n'
    )


def _choice(attribute: Attribute) -> str:
    values = "".join(f'        "{value}",\n' for value in attribute.values)
    return f"    names.{constant(attribute.name)}: (\n{values}    ),\n"


def _catalogue(events: Iterable[Event]) -> str:
    return f"CATALOGUE: Final[Mapping[str, Said]] = {{\n{''.join(_said(event) for event in events)}}}\n"


def _said(event: Event) -> str:
    fields = {f'"{name}"': f"names.{constant(attribute)}" for name, attribute in event.fields.items()}
    constants = {f"names.{constant(name)}": f'"{value}"' for name, value in event.constants.items()}
    metrics = {
        f"names.METRIC_{constant(name)}": f"names.{constant(value)}" if value else '""'
        for name, value in event.metrics.items()
    }
    parts = {"fields": fields, "constants": constants, "metrics": metrics}
    body = "".join(_mapping(name, items) for name, items in parts.items())
    return f"    names.EVENT_{constant(event.name)}: Said(\n{body}    ),\n"


def _mapping(name: str, items: Mapping[str, str]) -> str:
    if not items:
        return f"        {name}={{}},\n"
    body = "".join(f"            {key}: {value},\n" for key, value in items.items())
    return f"        {name}={{\n{body}        }},\n"
