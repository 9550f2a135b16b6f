"""What Grafana would ask the backends for a panel, and whether anything comes back."""

from __future__ import annotations

import json
import time
import urllib.error
from collections.abc import Mapping
from typing import Any

from tests.monitoring.asked import Asked, substituted
from tests.stack.real.stack import asked as answer_of

SHOWN_SECONDS = 900
STEP_SECONDS = 15
OWN = {
    "__rate_interval": f"{4 * STEP_SECONDS}s",
    "__interval": f"{STEP_SECONDS}s",
    "__range": f"{SHOWN_SECONDS}s",
    "__range_s": f"{SHOWN_SECONDS}",
}
"""Grafana's own variables, where 15 minutes are shown with a point each 15 seconds."""

EVERYTHING = {"service": ".+", "environment": ".*", "provider": ".*", "model": ".*"}
"""What All stands for."""


class Grafana:
    """The addresses of the three data sources."""

    def __init__(self, prometheus: str, loki: str, jaeger: str) -> None:
        self._prometheus, self._loki, self._jaeger = prometheus, loki, jaeger

    def answers(self, asked: Asked, chosen: Mapping[str, str]) -> list[Any]:
        """The points, lines or traces that a query finds. Raises AssertionError when it is refused."""
        source = {"prometheus": self._of_prometheus, "loki": self._of_loki, "jaeger": self._of_jaeger}[asked.source]
        return source(asked, {**OWN, **chosen})

    def _of_prometheus(self, asked: Asked, values: Mapping[str, str]) -> list[Any]:
        query = substituted(asked.expression, values)
        path = f"{self._prometheus}/api/v1/query" + ("" if asked.instant else "_range")
        return _points(_told(path, {"query": query, **_time(asked.instant)})["data"]["result"])

    def _of_loki(self, asked: Asked, values: Mapping[str, str]) -> list[Any]:
        query = substituted(asked.expression, values)
        path = f"{self._loki}/loki/api/v1/query" + ("" if asked.instant else "_range")
        return _points(_told(path, {"query": query, "limit": "1000", **_time(asked.instant)})["data"]["result"])

    def _of_jaeger(self, asked: Asked, values: Mapping[str, str]) -> list[Any]:
        if asked.target.get("queryType") != "search":
            trace = substituted(asked.target["query"], values)
            return list(_told(f"{self._jaeger}/api/traces/{trace}", {})["data"])
        service, tags = (substituted(asked.target[name], values) for name in ("service", "tags"))
        key, _, value = tags.partition("=")
        query = {"service": service, "tags": json.dumps({key: json.loads(value)}), "limit": "20", "lookback": "1h"}
        return list(_told(f"{self._jaeger}/api/traces", query)["data"])


def _time(instant: bool) -> dict[str, str]:
    now = time.time()
    if instant:
        return {"time": f"{now:.3f}"}
    return {"start": f"{now - SHOWN_SECONDS:.3f}", "end": f"{now:.3f}", "step": f"{STEP_SECONDS}"}


def _points(series: list[Any]) -> list[Any]:
    """What can be drawn: NaN cannot."""
    points = [point for one in series for point in one.get("values", [one.get("value")])]
    return [point for point in points if point[1] != "NaN"]


def _told(url: str, query: Mapping[str, str]) -> Any:
    try:
        return answer_of(url, query)
    except urllib.error.HTTPError as refusal:
        raise AssertionError(
            f"{refusal.code}: {refusal.read().decode(errors='replace')[:500]}; asked {query}"
        ) from None
