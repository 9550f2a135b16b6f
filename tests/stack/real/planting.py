"""OTLP requests with a text planted at one place: every place of a span, a log record and a metric that holds text."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.stack.real.otlp import SPAN, TRACE, attributes

Request = dict[str, Any]
SERVICE = "planted"


def _map(text: str) -> dict[str, Any]:
    inner = {"key": "inner", "value": {"kvlistValue": {"values": attributes({"deep": text})}}}
    return {"kvlistValue": {"values": [inner]}}


def _list(text: str) -> dict[str, Any]:
    return {"arrayValue": {"values": [{"stringValue": "first"}, {"stringValue": text}]}}


def _attribute(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": "a", "value": value}]


SPAN_PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "name": lambda text: {"name": f"planted {text}"},
    "status": lambda text: {"status": {"code": 2, "message": f"refused {text}"}},
    "trace state": lambda text: {"traceState": f"vendor={text}"},
    "attribute": lambda text: {"attributes": attributes({"a": text})},
    "map in an attribute": lambda text: {"attributes": _attribute(_map(text))},
    "list in an attribute": lambda text: {"attributes": _attribute(_list(text))},
    "event name": lambda text: {"events": [{"name": f"happened {text}"}]},
    "event attribute": lambda text: {"events": [{"name": "happened", "attributes": attributes({"a": text})}]},
}
LOG_PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "body": lambda text: {"body": {"stringValue": f"said {text} there"}},
    "map in the body": lambda text: {"body": _map(text)},
    "list in the body": lambda text: {"body": _list(text)},
    "event name": lambda text: {"eventName": f"happened {text}"},
    "severity text": lambda text: {"severityText": f"WARN {text}"},
    "attribute": lambda text: {"attributes": attributes({"a": text})},
    "map in an attribute": lambda text: {"attributes": _attribute(_map(text))},
    "list in an attribute": lambda text: {"attributes": _attribute(_list(text))},
}
METRIC_PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "name": lambda text: {"name": f"planted.{text}"},
    "description": lambda text: {"description": f"counts {text}"},
    "unit": lambda text: {"unit": text},
    "metadata": lambda text: {"metadata": attributes({"a": text})},
}
POINT_PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "label": lambda text: {"attributes": attributes({"a": text})},
    "exemplar": lambda text: {
        "exemplars": [{"timeUnixNano": _now(), "asInt": "1", "traceId": TRACE, "spanId": SPAN, **_filtered(text)}]
    },
}
# What every signal is wrapped in.
AROUND_PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "resource attribute": lambda text: {"resource": attributes({"r": text})},
    "scope name": lambda text: {"scope": {"name": f"scope {text}"}},
    "scope version": lambda text: {"scope": {"name": "scope", "version": text}},
    "scope attribute": lambda text: {"scope": {"name": "scope", "attributes": attributes({"s": text})}},
}
PLACES = {
    "traces": (*SPAN_PLACES, *AROUND_PLACES),
    "logs": (*LOG_PLACES, *AROUND_PLACES),
    "metrics": (*METRIC_PLACES, *POINT_PLACES, *AROUND_PLACES),
}
# The Collector drops these whole, private or not.
DROPPED = ("metadata", "exemplar")
KINDS = {"traces": "Spans", "logs": "Logs", "metrics": "Metrics"}


def planted(signal: str, place: str, text: str, group: str) -> Request:
    """A request with the text at the place; the resource names group and place."""
    around = AROUND_PLACES[place](text) if place in AROUND_PLACES else {}
    inside = {"traces": SPAN_PLACES, "logs": LOG_PLACES, "metrics": METRIC_PLACES}[signal]
    label = f"{group}: {place}"
    return _request(signal, label, _chosen(inside, place, text), _chosen(POINT_PLACES, place, text), around)


def with_attribute(signal: str, label: str, key: str, value: Mapping[str, Any]) -> Request:
    """A request whose span, log record or point has this attribute; the resource names the label."""
    found = {"attributes": [{"key": key, "value": value}]}
    return _request(signal, label, {} if signal == "metrics" else found, found, {})


def with_link(text: str) -> Request:
    """A span with a link that carries the text in its attribute and its trace state."""
    link = {"traceId": TRACE, "spanId": SPAN, "traceState": f"vendor={text}", "attributes": attributes({"a": text})}
    return _request("traces", "link", {"links": [link]}, {}, {})


def _chosen(places: Mapping[str, Callable[[str], dict[str, Any]]], place: str, text: str) -> dict[str, Any]:
    return places[place](text) if place in places else {}


def _request(
    signal: str, label: str, more: Mapping[str, Any], point: Mapping[str, Any], around: Mapping[str, Any]
) -> Request:
    one = {"traces": _span, "logs": _log, "metrics": _metric}[signal](more, point)
    marks = attributes({"service.name": SERVICE, "planted.place": label})
    resource = {"attributes": [*marks, *around.get("resource", [])]}
    scoped = {"scope": around.get("scope", {}), **one}
    return {f"resource{KINDS[signal]}": [{"resource": resource, f"scope{KINDS[signal]}": [scoped]}]}


def _span(more: Mapping[str, Any], _: Mapping[str, Any]) -> Request:
    times = {"startTimeUnixNano": _now(), "endTimeUnixNano": _now()}
    return {"spans": [{"traceId": TRACE, "spanId": SPAN, "name": "planted", "kind": 3, **times, **more}]}


def _log(more: Mapping[str, Any], _: Mapping[str, Any]) -> Request:
    return {"logRecords": [{"timeUnixNano": _now(), "body": {"stringValue": "planted"}, **more}]}


def _metric(more: Mapping[str, Any], point: Mapping[str, Any]) -> Request:
    points = [{"timeUnixNano": _now(), "asInt": "1", **point}]
    sum_ = {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": points}
    return {"metrics": [{"name": "planted", "sum": sum_, **more}]}


def _filtered(text: str) -> dict[str, Any]:
    return {"filteredAttributes": attributes({"a": text})}


def _now() -> str:
    return str(time.time_ns())
