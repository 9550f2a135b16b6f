"""Alerts of metrics and of logs reach Alertmanager, and Prometheus reads every program."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stack.real.otlp import log, logs
from tests.stack.real.programs import eventually
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(240)


def alert(stack: WholeStack, name: str) -> list[Any]:
    """The alerts of a name in Alertmanager."""
    return [one for one in stack.alerts() if one["labels"]["alertname"] == name]


def test_prometheus_alerts(stack: WholeStack) -> None:
    """A rule of Prometheus that fires is an active alert with a receiver."""
    [one] = eventually(lambda: alert(stack, "StackTestOfPrometheus"), "the alert of Prometheus")
    assert one["status"]["state"] == "active"
    assert one["receivers"] == [{"name": "page"}]
    assert one["labels"]["stack"] == "otel-voice"


def test_loki_alerts(stack: WholeStack) -> None:
    """A rule over log lines that fires is an alert that names the service."""
    stack.send("logs", logs(log("it failed", {"voice.log.category": "error"})))
    [one] = eventually(lambda: alert(stack, "StackTestOfLoki"), "the alert of Loki", 120)
    assert one["labels"]["service_name"] == "by-hand"


@pytest.mark.parametrize("job", ["prometheus", "otelcol", "loki", "jaeger", "alertmanager"])
def test_prometheus_reads_every_program(stack: WholeStack, job: str) -> None:
    """Each target of the shipped configuration answers."""

    def up() -> list[Any]:
        series = stack.prometheus_get("query", query=f'up{{job="{job}"}}')["result"]
        return [one for one in series if one["value"][1] == "1"]

    eventually(up, f"up of {job}")
