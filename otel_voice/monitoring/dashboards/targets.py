"""What a panel asks of which data source. Data sources are variables: nobody's own ids stand in a dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]

PROMETHEUS: Final = "prometheus"
LOKI: Final = "loki"
JAEGER: Final = "jaeger"


@dataclass(frozen=True)
class Target:
    """One query, as Grafana keeps it."""

    source: str
    body: Json = field(default_factory=dict)

    def rendered(self, position: int) -> Json:
        """With its letter."""
        return {"refId": chr(ord("A") + position), "datasource": datasource(self.source), **self.body}


def datasource(kind: str) -> Json:
    """The data source that is chosen at the top of the dashboard; its variable is named as its type."""
    return {"type": kind, "uid": f"${{{kind}}}"}


def curve(expression: str, legend: str) -> Target:
    """A PromQL expression over time."""
    return _promql(expression, {"legendFormat": legend, "range": True, "instant": False})


def curve_with_exemplars(expression: str, legend: str) -> Target:
    """The same, with a dot for each trace that Prometheus keeps beside the histogram."""
    return _promql(expression, {"legendFormat": legend, "range": True, "instant": False, "exemplar": True})


def heat(expression: str) -> Target:
    """The buckets of a histogram over time, with their traces."""
    options = {"format": "heatmap", "legendFormat": "{{le}}", "range": True, "instant": False, "exemplar": True}
    return _promql(expression, options)


def value(expression: str, legend: str = "") -> Target:
    """A PromQL expression at the end of the time that is shown."""
    return _promql(expression, {"legendFormat": legend, "range": False, "instant": True})


def rows(expression: str) -> Target:
    """The same as a table: a row for each series."""
    return _promql(expression, {"format": "table", "range": False, "instant": True})


def log_lines(query: str, limit: int = 100) -> Target:
    """The newest lines that LogQL finds."""
    return Target(LOKI, {"expr": query, "queryType": "range", "maxLines": limit, "editorMode": "code"})


def log_curve(query: str, legend: str) -> Target:
    """A metric that LogQL makes of lines, over time."""
    return Target(LOKI, {"expr": query, "queryType": "range", "legendFormat": legend, "editorMode": "code"})


def log_value(query: str, legend: str = "") -> Target:
    """The same at the end of the time that is shown."""
    return Target(LOKI, {"expr": query, "queryType": "instant", "legendFormat": legend, "editorMode": "code"})


def one_trace(trace_id: str) -> Target:
    """A trace by its id."""
    return Target(JAEGER, {"query": trace_id})


def found_traces(service: str, tags: str, limit: int = 20) -> Target:
    """The newest traces of a service that have a span with these tags."""
    return Target(JAEGER, {"queryType": "search", "service": service, "tags": tags, "limit": limit})


def _promql(expression: str, options: Json) -> Target:
    return Target(PROMETHEUS, {"expr": expression, "editorMode": "code", **options})
