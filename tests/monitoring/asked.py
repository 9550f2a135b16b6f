"""What the shipped dashboards ask, and what Grafana makes of it before it asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otel_voice.monitoring.dashboards import FOLDER

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / FOLDER).glob("*.json"))

_FORMATTED = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")


@dataclass(frozen=True)
class Asked:
    """One query of one panel."""

    dashboard: str
    panel: str
    target: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.panel} ({self.target['refId']})"

    @property
    def source(self) -> str:
        return str(self.target["datasource"]["type"])

    @property
    def expression(self) -> str:
        """PromQL or LogQL, with its variables."""
        return str(self.target["expr"])

    @property
    def instant(self) -> bool:
        return bool(self.target.get("instant")) or self.target.get("queryType") == "instant"


def dashboards() -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in FILES]


def panels(dashboard: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Those that ask for something."""
    return (panel for panel in dashboard["panels"] if panel["type"] not in ("row", "text"))


def everything_asked(source: str) -> list[Asked]:
    """Of one kind of data source."""
    return [
        asked
        for dashboard in dashboards()
        for panel in panels(dashboard)
        for target in panel["targets"]
        if (asked := Asked(dashboard["uid"], panel["title"], target)).source == source
    ]


def substituted(text: str, values: Mapping[str, str]) -> str:
    """With the values of its variables. `:doublequote` puts them in quotes, as Grafana's format of that name does."""

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in values:
            return match[0]
        return json.dumps(values[name]) if match[0].endswith(":doublequote}") else values[name]

    return _FORMATTED.sub(value, text)
