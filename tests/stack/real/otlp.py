"""Telemetry by hand, as OTLP in JSON, for what the demo does not say."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


def attributes(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Attributes of text."""
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def log(body: str, attributes_: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """A log record with a trace."""
    now = str(time.time_ns())
    return {
        "timeUnixNano": now,
        "body": {"stringValue": body},
        "attributes": attributes(attributes_),
        "traceId": TRACE,
        "spanId": SPAN,
        **more,
    }


def logs(*records: Mapping[str, Any]) -> dict[str, Any]:
    """A request of log records."""
    return {"resourceLogs": [{"resource": _resource(), "scopeLogs": [{"logRecords": list(records)}]}]}


def span(name: str, **more: Any) -> dict[str, Any]:
    """A request of one span."""
    now = time.time_ns()
    one = {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": name,
        "kind": 3,
        "startTimeUnixNano": str(now),
        "endTimeUnixNano": str(now + 1000),
        **more,
    }
    return {"resourceSpans": [{"resource": _resource(), "scopeSpans": [{"spans": [one]}]}]}


def counter(name: str, attributes_: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """A request of one counter with one point."""
    point = {"timeUnixNano": str(time.time_ns()), "asInt": "1", "attributes": attributes(attributes_), **more}
    sum_ = {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [point]}
    metrics = [{"name": name, "sum": sum_}]
    return {"resourceMetrics": [{"resource": _resource(), "scopeMetrics": [{"metrics": metrics}]}]}


def _resource() -> dict[str, Any]:
    return {"attributes": attributes({"service.name": "by-hand"})}
