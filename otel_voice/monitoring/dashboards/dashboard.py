"""A dashboard: rows of panels, put side by side as they fit, and rendered as Grafana's classic JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from otel_voice.monitoring.dashboards.links import TAG, among_dashboards, to_logs, to_traces
from otel_voice.monitoring.dashboards.panels import COLUMNS, Note, Panel
from otel_voice.monitoring.dashboards.targets import Json
from otel_voice.monitoring.dashboards.variables import sources

_SCHEMA_VERSION: Final = 39
"""Grafana 10 and everything since reads it; newer ones bring it up to date when they load it."""


@dataclass(frozen=True)
class Row:
    """A heading and what is below it."""

    title: str
    panels: tuple[Panel | Note, ...]


@dataclass(frozen=True)
class Dashboard:
    """`uid` is part of links that people keep, and does not change."""

    uid: str
    title: str
    description: str
    variables: list[Json]
    rows: tuple[Row, ...]
    since: str = "now-6h"

    def rendered(self) -> str:
        """The file."""
        return json.dumps(self._json(), indent=1, ensure_ascii=False) + "\n"

    def _json(self) -> Json:
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": [TAG],
            "schemaVersion": _SCHEMA_VERSION,
            "version": 1,
            "editable": True,
            "graphTooltip": 1,
            "refresh": "30s",
            "time": {"from": self.since, "to": "now"},
            "timezone": "browser",
            "links": [among_dashboards(), to_logs(), to_traces()],
            "templating": {"list": [*sources(), *self.variables]},
            "annotations": {"list": []},
            "panels": list(self._placed()),
        }

    def _placed(self) -> Iterator[Json]:
        number = y = 0
        for row in self.rows:
            number += 1
            yield _heading(row.title, number, y)
            y += 1
            x = highest = 0
            for panel in row.panels:
                if x + panel.width > COLUMNS:
                    x, y, highest = 0, y + highest, 0
                number += 1
                yield panel.rendered(number, x, y)
                x, highest = x + panel.width, max(highest, panel.height)
            y += highest


def row(title: str, *panels: Panel | Note) -> Row:
    """A heading and what is below it."""
    return Row(title, panels)


def _heading(title: str, number: int, y: int) -> Json:
    return {
        "id": number,
        "type": "row",
        "title": title,
        "collapsed": False,
        "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1},
        "panels": [],
    }
