"""What a program says with otel_voice.alert() is an alert in Alertmanager: Collector, Loki and its ruler in between."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from otel_voice.monitoring.runbooks import address
from otel_voice.monitoring.values import PATH, shipped_values
from tests.distro.program import run
from tests.stack.binaries import ROOT
from tests.stack.real.programs import eventually
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(240)

LINKS = shipped_values((ROOT / PATH).read_text()).links

PROGRAM = """
import otel_voice

otel_voice.alert("critical", "No line", "The carrier refuses calls: {reason}.", "refused", {value}, 5)
otel_voice.alert("critical", "No line", "held back", "refused", 99, 5)
otel_voice.alert("warning", "Slow answers", "p95 is 4.2 s")
"""


def say(stack: WholeStack, folder: Path, reason: str, value: float) -> None:
    """A program of the service "reception" says that there is no line, and why."""
    environment = {"OTEL_SERVICE_NAME": "reception", "OTEL_EXPORTER_OTLP_ENDPOINT": stack.endpoint}
    done = run(folder, PROGRAM.format(reason=reason, value=value), environment)
    assert done.status == 0, done.err


def from_code(stack: WholeStack) -> Mapping[str, Any]:
    """The alerts from code by their titles."""
    told = [one for one in stack.alerts() if one["labels"]["alertname"] == "VoiceAlertFromCode"]
    titles = [one["labels"]["title"] for one in told]
    assert len(titles) == len(set(titles)), f"one title is several alerts: {told}"
    return dict(zip(titles, told, strict=True))


def test_an_alert_of_a_program_reaches_alertmanager(stack: WholeStack, tmp_path: Path) -> None:
    """One for each title, with severity and service as labels, and what was measured beside it."""
    say(stack, tmp_path, "busy", 7.5)
    told = eventually(lambda: len(alerts := from_code(stack)) == 2 and alerts, "two alerts from code", 120)
    line = told["No line"]
    assert line["status"]["state"] == "active"
    assert line["labels"] == {
        "alertname": "VoiceAlertFromCode",
        "service": "reception",
        "service_name": "reception",
        "severity": "critical",
        "signal": "logs",
        "title": "No line",
    }
    assert line["annotations"] == {
        "summary": "No line",
        "description": "The carrier refuses calls: busy.",
        "metric": "refused",
        "value": "7.5",
        "threshold": "5",
        "suppressed": "0",
        "runbook_url": address("VoiceAlertFromCode", LINKS),
        "dashboard_url": f"{LINKS.grafana}/d/voice-call-health?var-service=reception",
    }
    assert told["Slow answers"]["labels"]["severity"] == "warning"
    assert told["Slow answers"]["status"]["inhibitedBy"] == []


def test_another_message_is_the_same_alert(stack: WholeStack, tmp_path: Path) -> None:
    """Another process says it with another reason: one alert still, which tells the newest."""
    say(stack, tmp_path, "busy", 7.5)
    say(stack, tmp_path, "no answer", 9)

    def newest() -> bool:
        alert = from_code(stack).get("No line")
        return alert is not None and alert["annotations"]["description"].endswith("no answer.")

    eventually(newest, "the newest message in the alert", 120)
    assert from_code(stack)["No line"]["annotations"]["value"] == "9"
