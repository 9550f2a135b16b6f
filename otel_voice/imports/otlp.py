"""Traces in OTLP/JSON, read strictly: what is wrong is told with its place in the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_SPANS = 10_000
"""A call has some hundreds; more is no conversation."""
_LAST_NS = 1 << 63
_ERROR = 2
_HEX = frozenset("0123456789abcdefABCDEF")

Attributes = Mapping[str, Any]


@dataclass(frozen=True)
class Span:
    """One span; its attributes with those of its resource. Nanoseconds since 1970."""

    trace_id: int
    id: str
    parent_id: str | None
    name: str
    started_ns: int
    ended_ns: int
    failed: bool
    attributes: Attributes


def spans(traces: object, place: str) -> list[Span]:
    """All spans of a document, in its order. Raises ValueError that names where in `place` something is wrong."""
    found: list[Span] = []
    for resource_spans, at in _members(traces, "resourceSpans", place):
        resource = resource_spans.get("resource")
        shared = {} if resource is None else _attributes(_mapping(resource, f"{at}.resource"), f"{at}.resource")
        for scope_spans, scope_at in _members(resource_spans, "scopeSpans", at):
            for span, span_at in _members(scope_spans, "spans", scope_at):
                if len(found) == MOST_SPANS:
                    raise ValueError(f"{span_at}: a conversation of more than {MOST_SPANS:,} spans is not read")
                found.append(_span(span, shared, span_at))
    return found


def clean(text: str) -> str:
    """Without halves of letters, which JSON can hold and nothing can send."""
    return text.encode(errors="replace").decode()


def _span(span: Mapping[str, Any], shared: Attributes, place: str) -> Span:
    started = _nanoseconds(span, "startTimeUnixNano", place)
    ended = _nanoseconds(span, "endTimeUnixNano", place)
    if ended < started:
        raise ValueError(f"{place}.endTimeUnixNano: {ended} is before the start, {started}")
    name, status = span.get("name"), span.get("status")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{place}.name: a span has a name, not {name!r:.80}")
    return Span(
        trace_id=int(_identifier(span, "traceId", 32, place), 16),
        id=_identifier(span, "spanId", 16, place),
        parent_id=_identifier(span, "parentSpanId", 16, place) if span.get("parentSpanId") else None,
        name=clean(name),
        started_ns=started,
        ended_ns=ended,
        failed=status is not None and _mapping(status, f"{place}.status").get("code") == _ERROR,
        attributes={**shared, **_attributes(span, place)},
    )


def _members(owner: object, name: str, place: str) -> list[tuple[Mapping[str, Any], str]]:
    """The objects of a list, each with its place; none where the list is left out."""
    listed = _mapping(owner, place).get(name)
    if listed is None:
        return []
    if isinstance(listed, str) or not isinstance(listed, Sequence):
        raise ValueError(f"{place}.{name}: a list is expected, not {type(listed).__name__}")
    places = [f"{place}.{name}[{index}]" for index in range(len(listed))]
    return [(_mapping(each, at), at) for each, at in zip(listed, places, strict=True)]


def _mapping(given: object, place: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"{place}: an object is expected, not {type(given).__name__}")
    return given


def _identifier(span: Mapping[str, Any], name: str, digits: int, place: str) -> str:
    given = span.get(name)
    if not isinstance(given, str) or len(given) != digits or not _HEX.issuperset(given) or not int(given, 16):
        raise ValueError(f"{place}.{name}: {digits} hexadecimal digits, not all 0, are expected, not {given!r:.80}")
    return given.lower()


def _nanoseconds(span: Mapping[str, Any], name: str, place: str) -> int:
    given = span.get(name)
    number = int(given) if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 20 else given
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < _LAST_NS:
        raise ValueError(f"{place}.{name}: nanoseconds since 1970 are expected, not {given!r:.80}")
    return number


def _attributes(owner: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Text, numbers and truths; lists and objects are of no use here and are left out."""
    read = {}
    for attribute, at in _members(owner, "attributes", place):
        key, value = attribute.get("key"), _mapping(attribute.get("value"), f"{at}.value")
        if not isinstance(key, str):
            raise ValueError(f"{at}.key: a name is expected, not {key!r:.80}")
        scalar = _scalar(value, at)
        if scalar is not None:
            read[key] = scalar
    return read


def _scalar(value: Mapping[str, Any], place: str) -> str | bool | int | float | None:
    if isinstance(value.get("stringValue"), str):
        return clean(value["stringValue"])
    if isinstance(value.get("boolValue"), bool):
        return bool(value["boolValue"])
    for name, read in (("intValue", int), ("doubleValue", float)):
        if value.get(name) is not None:
            try:
                return read(value[name])
            except (TypeError, ValueError, OverflowError):
                raise ValueError(f"{place}.value.{name}: no number: {value[name]!r:.80}") from None
    return None
