"""The alerts of Loki, asked of the real Loki: they fire, they do not fire just below, they recover."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml

from otel_voice.monitoring.rules.catalogue import log_alerts
from otel_voice.monitoring.rules.rendering import rendered
from otel_voice.monitoring.values import PATH, shipped_values
from tests.stack.binaries import ROOT
from tests.stack.real.otlp import log, logs
from tests.stack.real.programs import eventually
from tests.stack.real.stack import asked
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(240)

VALUES = shipped_values((ROOT / PATH).read_text(encoding="utf-8"))
RULES = {
    rule["alert"]: rule["expr"]
    for path, text in rendered(VALUES).items()
    if path.startswith("stack/loki/")
    for group in yaml.safe_load(text)["groups"]
    for rule in group["rules"]
}
THRESHOLD = int(VALUES.alert("VoiceErrorLogBurst").threshold)
ERROR = {"voice.log.category": "error"}
SAID = {
    **ERROR,
    "voice.alert.severity": "critical",
    "voice.alert.title": "No line",
    "voice.alert.message": "The carrier refuses calls.",
}


def fires(stack: WholeStack, alert: str, later: int = 0) -> list[Any]:
    """What the alert's expression yields now, or so many seconds from now."""
    url = f"http://127.0.0.1:{stack.ports['loki']}/loki/api/v1/query"
    answer = asked(url, {"query": RULES[alert], "time": str(time.time_ns() + later * 10**9)})
    return list(answer["data"]["result"])


def test_every_alert_of_loki_is_asked() -> None:
    """None is without a test here."""
    assert RULES.keys() == {alert.name for alert in log_alerts(VALUES)} == {"VoiceErrorLogBurst", "VoiceAlertFromCode"}


def test_a_burst_of_errors(stack: WholeStack) -> None:
    """As many as are allowed are silent, one more is an alert of that service, and it ends with its window."""
    name = "VoiceErrorLogBurst"
    stack.send("logs", logs(*(log(f"it failed, number {number}", ERROR) for number in range(THRESHOLD))))
    in_loki = 'sum(count_over_time({voice_log_category="error"}[5m]))'
    eventually(lambda: counted(stack, in_loki) == THRESHOLD, f"{THRESHOLD} errors in Loki", 60)
    assert fires(stack, name) == []
    stack.send("logs", logs(log("it failed once more", ERROR)))
    [one] = eventually(lambda: fires(stack, name), "the burst", 60)
    assert one["metric"] == {"service_name": "by-hand"}
    assert fires(stack, name, later=6 * 60) == []


def test_what_a_program_says(stack: WholeStack) -> None:
    """Nothing said is silent; what was said stands for 16 minutes and not for 17."""
    name = "VoiceAlertFromCode"
    assert fires(stack, name) == []
    stack.send("logs", logs({**log("No line", SAID), "eventName": "voice.alert"}))
    [one] = eventually(lambda: fires(stack, name), "what was said", 60)
    assert one["metric"]["voice_alert_title"] == "No line"
    assert fires(stack, name, later=14 * 60)
    assert fires(stack, name, later=17 * 60) == []


def counted(stack: WholeStack, query: str) -> int:
    """The number that a query of Loki yields; 0 for nothing."""
    url = f"http://127.0.0.1:{stack.ports['loki']}/loki/api/v1/query"
    found = asked(url, {"query": query})["data"]["result"]
    return int(found[0]["value"][1]) if found else 0
