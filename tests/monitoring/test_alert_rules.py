"""What Prometheus, Loki and Alertmanager tell of alerts, as it is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from otel_voice.monitoring.alert_rules import AlertRule, alert_rules, held_back, in_order
from otel_voice.monitoring.alertmanager import Alertmanager, Counts, KnownAlert, silence_link
from otel_voice.monitoring.asking import Server
from tests.monitoring.program import Answering, answering

__all__ = ["answering"]


def read(answering: Answering, *rules: dict[str, Any]) -> list[AlertRule]:
    """Rules as a program answers them."""
    groups = [{"rules": [{"type": "alerting", "name": "A", **rule} for rule in rules]}]
    body = json.dumps({"status": "success", "data": {"groups": groups}})
    return alert_rules(Server("Prometheus", answering(200, "application/json", body).url), "/api/v1/rules")


@pytest.mark.parametrize(
    ("query", "threshold"),
    [
        ("a / b > 0.1", "> 0.1"),
        ('sum by (a) (increase(x{e=~"a(b|c)>3"}[5m])) / (sum(y) >= 10)\n  >   0.1', "> 0.1"),
        ("histogram_quantile(0.95, rate(x[5m])) > 3\nand f(x) >= 10", "> 3"),
        ("a >= 3 unless on (b) c > 0", ">= 3"),
        ("((sum(x) by (a)) < 1e-3)", "< 1e-3"),
        ("(a) > (b)", ""),
        ("(time() - a > 60) unless on () min(up) == 0", ""),
        ("absent(a)", ""),
        ("((((", ""),
        ("", ""),
    ],
)
def test_the_threshold_is_what_the_rule_compares_with(answering: Answering, query: str, threshold: str) -> None:
    """As it runs, not as a file says that it should; minimums and conditions are none."""
    [rule] = read(answering, {"query": query})
    assert rule.threshold == threshold


def test_a_rule_that_fires(answering: Answering) -> None:
    """Since when, and of what; a severity of its own is that of its alerts."""
    alerts = [
        {"state": "firing", "activeAt": "2026-01-02T03:04:05.6Z", "labels": {"alertname": "A", "severity": "warning"}},
        {"state": "firing", "activeAt": "2026-01-01T03:04:05Z", "labels": {"alertname": "A", "severity": "critical"}},
        {"state": "inactive", "activeAt": "2025-01-01T00:00:00Z", "labels": {}},
    ]
    [rule] = read(answering, {"state": "firing", "labels": {"severity": "{{ $labels.x }}"}, "alerts": alerts})
    assert (rule.severity, rule.state, rule.since) == ("critical|warning", "firing", "2026-01-01T03:04:05Z")
    assert len(rule.active) == 2


def test_a_rule_that_cannot_be_evaluated(answering: Answering) -> None:
    """It does not pass for one that is quiet."""
    [rule] = read(answering, {"health": "err", "lastError": "many-to-many", "state": "inactive"})
    assert rule.trouble == "many-to-many"


def test_the_worst_comes_first(answering: Answering) -> None:
    """What fires before what does not, critical before warning."""
    rules = [("quiet", "critical", "inactive"), ("b", "warning", "firing"), ("a", "critical", "firing")]
    found = read(answering, *({"name": n, "labels": {"severity": s}, "state": state} for n, s, state in rules))
    assert [rule.name for rule in in_order(found)] == ["a", "b", "quiet"]


def known(silenced: bool, inhibited: bool, **labels: str) -> KnownAlert:
    return KnownAlert({"stack": "otel-voice", **labels}, ("s",) * silenced, ("i",) * inhibited)


def test_what_is_held_back_is_told_as_such(answering: Answering) -> None:
    """Silenced or inhibited, but only where all of its alerts are."""
    alerts = [{"state": "firing", "activeAt": "2026", "labels": {"alertname": "A", "service_name": s}} for s in "xy"]
    [rule] = read(answering, {"state": "firing", "alerts": alerts})
    x, y = ({"alertname": "A", "service_name": name} for name in "xy")
    assert held_back(rule, [known(True, False, **x), known(False, True, **y)]) == "silenced"
    assert held_back(rule, [known(False, True, **x), known(False, True, **y)]) == "inhibited"
    assert held_back(rule, [known(True, False, **x), known(False, False, **y)]) == ""
    assert held_back(rule, [known(True, False, **x)]) == ""


METRICS = """\
# TYPE alertmanager_notifications_total counter
alertmanager_notifications_total{integration="slack",receiver_name="slack"} 3
alertmanager_notification_requests_total{integration="slack",receiver_name="slack"} 5
alertmanager_notification_requests_total{integration="webhook",receiver_name="odd \\"name\\""} 1e+06
alertmanager_notification_requests_failed_total{integration="slack",receiver_name="slack"} 2
alertmanager_notifications_failed_total{integration="slack",receiver_name="slack",reason="authError"} 1
alertmanager_notification_requests_total{integration="email"} 7
go_goroutines 7
"""


def test_notifications_are_counted_by_receiver(answering: Answering) -> None:
    """What was taken is what was asked without what failed; what has no receiver is nobody's."""
    counts = Alertmanager(answering(200, "text/plain", METRICS).url).counts()
    assert counts["slack"].accepted == 3
    assert counts["slack"].failed == {"authError": 1}
    assert set(counts) == {"slack", 'odd \\"name\\"'}


def test_a_configuration_that_is_read_again_counts_from_nothing() -> None:
    """Fewer than before is none, not less than none."""
    assert Counts(1, 0, {"other": 1}).since(Counts(5, 2, {"other": 3})) == Counts(0, 0, {"other": 0})


def test_the_silence_link_is_what_the_page_reads() -> None:
    """Matchers in braces, quoted as in PromQL, percent-encoded once."""
    link = silence_link("http://localhost:9093/", {"alertname": "A", "title": 'No "line" + 1'})
    filter = "%7Balertname%3D%22A%22%2C%20title%3D%22No%20%5C%22line%5C%22%20%2B%201%22%7D"
    assert link == f"http://localhost:9093/#/silences/new?filter={filter}"
