"""The kinds of panels that the dashboards are made of. A title, what it means, what is asked, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from otel_voice.monitoring.dashboards.targets import Json, Target
from otel_voice.monitoring.dashboards.thresholds import NEUTRAL, Thresholds

COLUMNS: Final = 24
"""How wide a dashboard of Grafana is."""

CALM: Final = 6
SMALL: Final = 4
NORMAL: Final = 8
TALL: Final = 10

_LEGEND: Final = {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
_TABLE: Final = {"showHeader": True, "cellHeight": "sm"}
_LAST: Final = {"calcs": ["lastNotNull"], "fields": "", "values": False}


@dataclass(frozen=True)
class Panel:
    """One panel, without its place."""

    kind: str
    title: str
    description: str
    targets: tuple[Target, ...]
    unit: str = "short"
    width: int = 12
    height: int = NORMAL
    thresholds: Thresholds = NEUTRAL
    defaults: Json = field(default_factory=dict)
    options: Json = field(default_factory=dict)
    overrides: tuple[Json, ...] = ()
    transformations: tuple[Json, ...] = ()
    links: tuple[Json, ...] = ()

    def wide(self, width: int) -> Panel:
        """The same, so many columns of 24 wide."""
        return replace(self, width=width)

    def high(self, height: int) -> Panel:
        """The same, so many rows high."""
        return replace(self, height=height)

    def leading_to(self, *links: Json) -> Panel:
        """The same, with links behind its title."""
        return replace(self, links=links)

    def rendered(self, number: int, x: int, y: int) -> Json:
        """As Grafana keeps it, at its place."""
        targets = [target.rendered(position) for position, target in enumerate(self.targets)]
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "datasource": targets[0]["datasource"],
            "targets": targets,
            "fieldConfig": {
                "defaults": {"unit": self.unit, "thresholds": self.thresholds.rendered(), **self.defaults},
                "overrides": list(self.overrides),
            },
            "options": self.options,
            "transformations": list(self.transformations),
            "links": list(self.links),
        }


@dataclass(frozen=True)
class Note:
    """A text that stands there, in Markdown."""

    title: str
    description: str
    text: str
    width: int = 12
    height: int = TALL

    def rendered(self, number: int, x: int, y: int) -> Json:
        """As Grafana keeps it, at its place."""
        return {
            "id": number,
            "type": "text",
            "title": self.title,
            "description": self.description,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "options": {"mode": "markdown", "content": self.text},
        }


def curves(title: str, description: str, unit: str, *targets: Target, thresholds: Thresholds = NEUTRAL) -> Panel:
    """Lines over time; thresholds are lines across."""
    custom = _custom(fillOpacity=8, thresholdsStyle={"mode": "line" if thresholds.steps else "off"})
    return _over_time(title, description, unit, targets, custom, thresholds)


def stacked(title: str, description: str, unit: str, *targets: Target) -> Panel:
    """Areas on top of one another, which add up to something."""
    custom = _custom(fillOpacity=60, lineWidth=0, stacking={"mode": "normal", "group": "A"})
    return _over_time(title, description, unit, targets, custom, NEUTRAL)


def bars(title: str, description: str, unit: str, *targets: Target) -> Panel:
    """Bars over time on top of one another: how many in each piece of time."""
    custom = _custom(drawStyle="bars", fillOpacity=80, stacking={"mode": "normal", "group": "A"})
    return _over_time(title, description, unit, targets, custom, NEUTRAL)


def number(title: str, description: str, unit: str, *targets: Target, thresholds: Thresholds = NEUTRAL) -> Panel:
    """The last value, large."""
    options = {
        "reduceOptions": _LAST,
        "colorMode": "value" if thresholds is NEUTRAL else "background",
        "graphMode": "none",
        "textMode": "auto",
        "justifyMode": "center",
        "orientation": "auto",
    }
    return Panel("stat", title, description, targets, unit, CALM, SMALL, thresholds, _whole(unit), options)


def ranking(title: str, description: str, unit: str, *targets: Target, thresholds: Thresholds = NEUTRAL) -> Panel:
    """A bar for each series, as long as its last value."""
    options = {"reduceOptions": _LAST, "orientation": "horizontal", "displayMode": "gradient", "showUnfilled": True}
    defaults = {"min": 0, **_whole(unit)}
    return Panel(
        "bargauge", title, description, targets, unit, thresholds=thresholds, defaults=defaults, options=options
    )


def states(title: str, description: str, texts: dict[str, tuple[str, str]], *targets: Target) -> Panel:
    """Pieces of time in colours; `texts` has the word and the colour of each value."""
    named = {number: {"text": text, "color": color} for number, (text, color) in texts.items()}
    defaults = {"mappings": [{"type": "value", "options": named}], "custom": {"fillOpacity": 80, "lineWidth": 0}}
    options = {"mergeValues": True, "showValue": "auto", "rowHeight": 0.9, "legend": _LEGEND}
    return Panel("state-timeline", title, description, targets, "none", defaults=defaults, options=options)


def heat_map(title: str, description: str, unit: str, *targets: Target) -> Panel:
    """How many fell into which bucket, over time."""
    options = {
        "calculate": False,
        "cellGap": 1,
        "color": {
            "mode": "scheme",
            "scheme": "Oranges",
            "scale": "exponential",
            "exponent": 0.5,
            "steps": 64,
            "fill": "dark-orange",
            "reverse": False,
        },
        "exemplars": {"color": "rgba(31, 120, 193, 0.8)"},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": unit},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "yHistogram": True, "showColorScale": True},
        "legend": {"show": True},
    }
    return Panel("heatmap", title, description, targets, unit, options=options)


def table(
    title: str, description: str, unit: str, *targets: Target, columns: dict[str, str], values: tuple[str, ...]
) -> Panel:
    """Rows with these columns: labels with their headings, then the value of each target with its own.

    Rows with the same labels are one row; the largest of the last value are first.
    """
    headings = {**columns, **_value_columns(values)}
    organise = {"renameByName": headings, "indexByName": {name: place for place, name in enumerate(headings)}}
    transformations = (
        {"id": "labelsToFields", "options": {"mode": "columns"}},
        {"id": "merge", "options": {}},
        {"id": "filterFieldsByName", "options": {"include": {"names": list(headings)}}},
        {"id": "organize", "options": organise},
        {"id": "sortBy", "options": {"sort": [{"field": values[-1], "desc": True}]}},
    )
    return Panel("table", title, description, targets, unit, transformations=transformations, options=_TABLE)


def plain_table(title: str, description: str, *targets: Target) -> Panel:
    """What a data source answers, as it is."""
    return Panel("table", title, description, targets, options=_TABLE)


def columns_by(title: str, description: str, unit: str, target: Target, axis: str, heading: str) -> Panel:
    """A column for each value of a label, in the order of that label."""
    transformations = (
        {"id": "labelsToFields", "options": {"mode": "columns"}},
        {"id": "merge", "options": {}},
        {"id": "filterFieldsByName", "options": {"include": {"names": [axis, *_value_columns(("",))]}}},
        {"id": "organize", "options": {"renameByName": {axis: heading}}},
        {"id": "sortBy", "options": {"sort": [{"field": heading, "desc": False}]}},
    )
    options = {"xField": heading, "orientation": "auto", "legend": _LEGEND, "showValue": "auto", "stacking": "none"}
    return Panel("barchart", title, description, (target,), unit, transformations=transformations, options=options)


def columns_by_stage(title: str, description: str, *targets: Target) -> Panel:
    """A column for each turn, of one piece on top of another for each target."""
    turn, heading = "voice_turn_index", "Turn"
    pieces = {name: target.body["legendFormat"] for name, target in zip(_letters(len(targets)), targets, strict=True)}
    transformations = (
        {"id": "labelsToFields", "options": {"mode": "columns"}},
        {"id": "merge", "options": {}},
        {"id": "filterFieldsByName", "options": {"include": {"names": [turn, *pieces]}}},
        {"id": "organize", "options": {"renameByName": {turn: heading, **pieces}}},
        {"id": "sortBy", "options": {"sort": [{"field": heading, "desc": False}]}},
    )
    options = {"xField": heading, "orientation": "auto", "legend": _LEGEND, "showValue": "never", "stacking": "normal"}
    return Panel(
        "barchart", title, description, targets, "s", COLUMNS, transformations=transformations, options=options
    )


def logs(title: str, description: str, *targets: Target) -> Panel:
    """Lines of logs, the newest first; the details of each lead to its trace."""
    options = {
        "showTime": True,
        "showLabels": False,
        "wrapLogMessage": True,
        "enableLogDetails": True,
        "sortOrder": "Descending",
        "dedupStrategy": "none",
    }
    return Panel("logs", title, description, targets, "none", COLUMNS, TALL, options=options)


def trace(title: str, description: str, *targets: Target) -> Panel:
    """The spans of one trace."""
    return Panel("traces", title, description, targets, "none", COLUMNS, 16)


def linked(panel: Panel, column: str, *links: Json) -> Panel:
    """The same table, where each value of a column leads somewhere."""
    override = {
        "matcher": {"id": "byName", "options": column},
        "properties": [{"id": "links", "value": list(links)}],
    }
    return replace(panel, overrides=(*panel.overrides, override))


def said(panel: Panel, texts: dict[str, tuple[str, str]]) -> Panel:
    """The same, where a value has a word and a colour."""
    named = {value: {"text": text, "color": color} for value, (text, color) in texts.items()}
    return replace(panel, defaults={**panel.defaults, "mappings": [{"type": "value", "options": named}]})


def _over_time(
    title: str, description: str, unit: str, targets: tuple[Target, ...], custom: Json, thresholds: Thresholds
) -> Panel:
    options = {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}}
    defaults = {"custom": custom, "min": 0}
    return Panel(
        "timeseries", title, description, targets, unit, thresholds=thresholds, defaults=defaults, options=options
    )


def _whole(unit: str) -> Json:
    """A count is an estimate between two exports, and is shown without its fractions."""
    return {"decimals": 0} if unit == "short" else {}


def _value_columns(headings: tuple[str, ...]) -> dict[str, str]:
    """What Grafana calls the values: after the letter of their query, and in Prometheus a single one without."""
    lettered = dict(zip(_letters(len(headings)), headings, strict=True))
    return {"Value": headings[0], **lettered} if len(headings) == 1 else lettered


def _letters(number: int) -> list[str]:
    return [f"Value #{chr(ord('A') + place)}" for place in range(number)]


def _custom(**differing: Any) -> Json:
    usual = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 0,
        "showPoints": "auto",
        "spanNulls": False,
        "stacking": {"mode": "none", "group": "A"},
        "thresholdsStyle": {"mode": "off"},
    }
    return {**usual, **differing}
