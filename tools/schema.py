"""Reads otel_voice/schema/*.yaml into records and says clearly what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "otel_voice" / "schema"

TYPES = ("string", "string[]", "int", "double", "boolean")
STATUSES = ("stable", "development", "proposed", "own")
KINDS = ("INTERNAL", "CLIENT", "SERVER", "PRODUCER", "CONSUMER")
INSTRUMENTS = ("counter", "updowncounter", "histogram", "gauge")
SEVERITIES = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
EMITTERS = ("", "browser")
"""Who emits it: the agent's process, or the package in frontend/."""
CATEGORIES = ("app", "access", "error", "security", "audit", "performance")


class SchemaError(Exception):
    """The schema cannot be used; the text names the file, the entry and what is allowed."""


class _Loader(yaml.SafeLoader):
    """YAML as it is meant: of two entries with one name the second would silently take the first one's place."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = next((key for key, _ in node.value if keys.count(key.value) > 1), None)
        if twice is not None:
            raise yaml.YAMLError(f"{twice.value!r} stands there twice{twice.start_mark}")
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


@dataclass(frozen=True)
class Attribute:
    """A name that may stand on a span, a metric point or a log record."""

    name: str
    type: str
    status: str
    brief: str
    unit: str = ""
    content: bool = False
    values: tuple[str, ...] = ()
    """All that there are; empty where anything may stand."""
    emitted_by: str = ""


@dataclass(frozen=True)
class Span:
    """A span; `name` is a pattern whose parts in braces are values."""

    key: str
    name: str
    kind: str
    brief: str
    status: str = "development"
    emitted_by: str = ""


@dataclass(frozen=True)
class Metric:
    """An instrument; `buckets` names one of the bucket sets and is empty for what is not a histogram."""

    name: str
    instrument: str
    unit: str
    brief: str
    labels: tuple[str, ...]
    buckets: str = ""
    opt_in: str = ""


@dataclass(frozen=True)
class Event:
    """A log event with the severity and the category it is written under.

    One with `fields` (keyword to attribute) is in the catalogue of what a program may say. `metrics` says what is
    derived from it: a metric, and the attribute that is its value, empty to count one.
    """

    name: str
    severity: str
    category: str
    brief: str
    attributes: tuple[str, ...]
    severities: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    emitted_by: str = ""


@dataclass(frozen=True)
class Schema:
    """Everything otel_voice emits."""

    attributes: tuple[Attribute, ...]
    spans: tuple[Span, ...]
    metrics: tuple[Metric, ...]
    events: tuple[Event, ...]
    buckets: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Entry:
    """One entry of one file, with the place named in every complaint about it."""

    place: str
    values: Mapping[str, Any]

    def check_keys(self, required: Iterable[str], optional: Iterable[str]) -> None:
        """Raise SchemaError for a key that is unknown or missing."""
        known = {*required, *optional}
        for key in self.values:
            if key not in known:
                raise SchemaError(f"{self.place}: unknown key {key!r}; allowed: {', '.join(sorted(known))}")
        for key in required:
            if key not in self.values:
                raise SchemaError(f"{self.place}: {key!r} is missing")

    def choice(self, key: str, allowed: Iterable[str], default: str = "") -> str:
        """The value of `key`, which must be one of `allowed`."""
        value = self.values.get(key, default)
        if value not in tuple(allowed):
            raise SchemaError(f"{self.place}: {key} is {value!r}; allowed: {', '.join(allowed)}")
        return str(value)

    def text(self, key: str) -> str:
        """The non-empty text of `key`, or nothing when it is absent."""
        value = self.values.get(key, "")
        if not isinstance(value, str) or (key in self.values and not value):
            raise SchemaError(f"{self.place}: {key} must be a text, not {value!r}")
        return value

    def names(self, key: str, declared: Iterable[str]) -> tuple[str, ...]:
        """The list under `key`, each of which must be a declared attribute."""
        names = self.values[key]
        if not isinstance(names, list):
            raise SchemaError(f"{self.place}: {key} must be a list")
        self.declared(key, names, declared)
        return tuple(names)

    def choices(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """The list under `key`, each one of `allowed`; nothing when it is absent."""
        values = self.values.get(key, [])
        wrong = values if not isinstance(values, list) else [value for value in values if value not in tuple(allowed)]
        if wrong:
            raise SchemaError(f"{self.place}: {key} must be a list of some of {', '.join(allowed)}, not {values!r}")
        return tuple(values)

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under `key`; nothing when it is absent."""
        values = self.values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            raise SchemaError(f"{self.place}: {key} must be a list of texts, not {values!r}")
        return tuple(values)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """The mapping under `key`; nothing when it is absent."""
        mapping = self.values.get(key, {})
        if not isinstance(mapping, dict):
            raise SchemaError(f"{self.place}: {key} must be a mapping, not {mapping!r}")
        return mapping

    def attributes(self, key: str, declared: Iterable[str]) -> Mapping[str, str]:
        """The mapping under `key`, whose values must be declared attributes."""
        mapping = self.mapping(key)
        self.declared(key, mapping.values(), declared)
        return mapping

    def declared(self, key: str, names: Iterable[Any], declared: Iterable[str]) -> None:
        """Raise SchemaError when one of `names` is no declared attribute."""
        unknown = [name for name in names if name not in set(declared)]
        if unknown:
            raise SchemaError(f"{self.place}: {unknown[0]!r} in {key} is no attribute of attributes.yaml")


def load(folder: Path = SCHEMA) -> Schema:
    """Read and validate the four files of `folder`; raises SchemaError."""
    attributes = tuple(_attribute(name, e) for name, e in _entries(folder, "attributes.yaml", "attributes"))
    names = [attribute.name for attribute in attributes]
    buckets = _buckets(folder)
    metrics = tuple(_metric(name, e, names, buckets) for name, e in _entries(folder, "metrics.yaml", "metrics"))
    return Schema(
        attributes=attributes,
        spans=tuple(_span(key, e) for key, e in _entries(folder, "spans.yaml", "spans")),
        metrics=metrics,
        events=tuple(
            _event(name, e, names, [metric.name for metric in metrics])
            for name, e in _entries(folder, "events.yaml", "events")
        ),
        buckets=buckets,
    )


def _section(folder: Path, file: str, section: str) -> Mapping[str, Any]:
    try:
        document = yaml.load((folder / file).read_text(encoding="utf-8"), _Loader)
    except (OSError, yaml.YAMLError) as error:
        raise SchemaError(f"{file}: cannot be read: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get(section), dict):
        raise SchemaError(f"{file}: must hold a mapping named {section!r}")
    known = {"metrics", "buckets"} if file == "metrics.yaml" else {section}
    unknown = sorted(str(key) for key in document.keys() - known)
    if unknown:
        raise SchemaError(f"{file}: unknown key {unknown[0]!r}; allowed: {', '.join(sorted(known))}")
    section_values: Mapping[str, Any] = document[section]
    return section_values


def _entries(folder: Path, file: str, section: str) -> list[tuple[str, Entry]]:
    entries = []
    for name, values in _section(folder, file, section).items():
        if not isinstance(values, dict):
            raise SchemaError(f"{file}: {name}: must be a mapping, not {values!r}")
        entries.append((str(name), Entry(f"{file}: {name}", values)))
    return entries


def _buckets(folder: Path) -> dict[str, tuple[float, ...]]:
    buckets = {}
    for name, bounds in _section(folder, "metrics.yaml", "buckets").items():
        if not isinstance(bounds, list) or not bounds or bounds != sorted(set(bounds)):
            raise SchemaError(f"metrics.yaml: buckets: {name}: must be a list of rising numbers")
        buckets[str(name)] = tuple(float(bound) for bound in bounds)
    return buckets


def _attribute(name: str, entry: Entry) -> Attribute:
    entry.check_keys(("type", "status", "brief"), ("unit", "content", "values", "emitted_by"))
    content = entry.values.get("content", False)
    if not isinstance(content, bool):
        raise SchemaError(f"{entry.place}: content must be true or false, not {content!r}")
    return Attribute(
        name=name,
        type=entry.choice("type", TYPES),
        status=entry.choice("status", STATUSES),
        brief=entry.text("brief"),
        unit=entry.text("unit"),
        content=content,
        values=entry.texts("values"),
        emitted_by=entry.choice("emitted_by", EMITTERS),
    )


def _span(key: str, entry: Entry) -> Span:
    entry.check_keys(("name", "kind", "brief"), ("status", "emitted_by"))
    default = "own" if key in ("conversation", "turn") else "development"
    return Span(
        key=key,
        name=entry.text("name"),
        kind=entry.choice("kind", KINDS),
        brief=entry.text("brief"),
        status=entry.choice("status", STATUSES, default),
        emitted_by=entry.choice("emitted_by", EMITTERS),
    )


def _metric(name: str, entry: Entry, attributes: list[str], buckets: Mapping[str, Any]) -> Metric:
    entry.check_keys(("instrument", "unit", "brief", "labels"), ("buckets", "opt_in"))
    instrument = entry.choice("instrument", INSTRUMENTS)
    if instrument == "histogram":
        entry.choice("buckets", tuple(buckets))
    elif "buckets" in entry.values:
        raise SchemaError(f"{entry.place}: buckets are for histograms, this is a {instrument}")
    return Metric(
        name=name,
        instrument=instrument,
        unit=entry.text("unit"),
        brief=entry.text("brief"),
        labels=entry.names("labels", attributes),
        buckets=entry.text("buckets"),
        opt_in=entry.text("opt_in"),
    )


def _event(name: str, entry: Entry, attributes: list[str], metrics: list[str]) -> Event:
    if "fields" not in entry.values:
        entry.check_keys(("severity", "category", "brief", "attributes"), ("emitted_by",))
        return _written(name, entry, entry.names("attributes", attributes))
    entry.check_keys(("severity", "category", "brief", "fields"), ("constants", "metrics", "severities"))
    fields = entry.attributes("fields", attributes)
    constants = entry.mapping("constants")
    entry.declared("constants", constants, attributes)
    return replace(
        _written(name, entry, (*constants, *fields.values())),
        fields=fields,
        constants=constants,
        metrics={metric: _value(entry, metric, metrics) for metric in entry.mapping("metrics")},
    )


def _written(name: str, entry: Entry, attributes: tuple[str, ...]) -> Event:
    return Event(
        name=name,
        severity=entry.choice("severity", SEVERITIES),
        category=entry.choice("category", CATEGORIES),
        brief=entry.text("brief"),
        attributes=attributes,
        severities=entry.choices("severities", SEVERITIES),
        emitted_by=entry.choice("emitted_by", EMITTERS),
    )


def _value(entry: Entry, metric: str, metrics: Iterable[str]) -> str:
    """The attribute that is the value of a derived metric; empty to count one."""
    if metric not in metrics:
        raise SchemaError(f"{entry.place}: {metric!r} in metrics is no metric of metrics.yaml")
    value, fields = entry.values["metrics"][metric], entry.values["fields"]
    if value == 1:
        return ""
    if value not in fields:
        raise SchemaError(f"{entry.place}: {metric} takes {value!r}; allowed: 1, {', '.join(fields)}")
    return str(fields[value])
