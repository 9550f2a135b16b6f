"""Every alert of Prometheus, by `promtool test rules`: it fires, it does not fire just below, it recovers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from otel_voice.monitoring.reading import seconds_of
from otel_voice.monitoring.rules.catalogue import every_alert, log_alerts
from otel_voice.monitoring.rules.rendering import rendered
from otel_voice.monitoring.values import PATH, Values, own_values, shipped_values
from tests.stack.binaries import BIN, ROOT
from tests.stack.real.alert_cases import CASES, COLLECTOR_UP, UP, Case, S
from tests.stack.real.promtool import (
    Line,
    Times,
    always_silent,
    answered,
    firing,
    gauge,
    groups_of,
    rules_of,
    scenario,
    silent,
    times,
)

SHIPPED = (ROOT / PATH).read_text(encoding="utf-8")
VALUES = shipped_values(SHIPPED)
OF_LOKI = {alert.name for alert in log_alerts(VALUES)}


def groups(values: Values) -> list[dict[str, Any]]:
    """The rules of Prometheus with these values."""
    return groups_of({path: text for path, text in rendered(values).items() if path.startswith("stack/prometheus/")})


GROUPS = groups(VALUES)


def times_of(name: str, case: Case) -> Times:
    asked = VALUES.alert(name)
    return case.times or times(asked.window, asked.for_)


def test_every_alert_of_prometheus_has_a_case() -> None:
    """None is without a test for firing, not firing and recovering. Those of Loki are tested with Loki."""
    assert CASES.keys() == {alert.name for alert in every_alert(VALUES)} - OF_LOKI


@pytest.mark.parametrize("name", CASES)
def test_an_alert(name: str, tmp_path: Path) -> None:
    """It fires when its threshold is passed for long enough, stays silent just below, and recovers.

    What is measured in traffic says nothing of next to none: what fails once at night is no page.
    """
    when, lines = times_of(name, CASES[name]), CASES[name].lines
    troubled = when.lead + when.trouble - when.step
    end = troubled + when.after
    asked = [silent(name, when.lead - when.step), firing(name, troubled), silent(name, end)]
    scenarios = [
        scenario("fires and recovers", lines, when, "above", asked),
        scenario("just below", lines, when, "below", [always_silent(name, troubled)]),
    ]
    if VALUES.alert(name).minimum > 1:
        little = [line.times(1e-5) for line in lines]
        scenarios.append(scenario("little traffic", little, when, "above", [always_silent(name, troubled)]))
    answered(rules_of(GROUPS, name, tmp_path), scenarios, when.step)


@pytest.mark.parametrize("name", ["VoiceErrorRateCritical", "VoiceSuccessRateLow", "VoiceLatencyObjectiveFastBurn"])
def test_counters_that_stand_still_are_no_alert(name: str, tmp_path: Path) -> None:
    """Nothing divided by nothing is no share."""
    when = times_of(name, CASES[name])
    idle = [line.times(0.0) for line in CASES[name].lines]
    asked = [always_silent(name, when.lead + when.trouble)]
    answered(rules_of(GROUPS, name, tmp_path), [scenario("idle", idle, when, "above", asked)], when.step)


def test_another_threshold_is_another_rule(tmp_path: Path) -> None:
    """What fires with the shipped values does not with a higher one of somebody's own."""
    name = "VoiceErrorRateCritical"
    when = times_of(name, CASES[name])
    higher = groups(own_values(SHIPPED, f"alerts: {{{name}: {{threshold: 0.5}}}}", "own"))
    asked = [always_silent(name, when.lead + when.trouble)]
    answered(rules_of(higher, name, tmp_path), [scenario("higher", CASES[name].lines, when, "above", asked)], when.step)


OTHER = f'voice_process_up{{{S},instance="b"}}'


@pytest.mark.parametrize(
    ("why", "lines"),
    [
        ("another process runs on", [gauge(UP, 1, 1, None), gauge(OTHER, 1, 1, 1), COLLECTOR_UP]),
        ("it came back and then ended well", [gauge(UP, 1, 1, None), gauge(OTHER, None, None, [1, 1, 0, None])]),
        ("nobody is heard of without a Collector", [gauge(UP, 1, 1, None), gauge('up{job="otelcol"}', 1, 1, 0)]),
    ],
)
def test_a_service_that_is_not_down(why: str, lines: list[Line], tmp_path: Path) -> None:
    """Silence of a process alone is no alert."""
    name = "VoiceServiceDown"
    when = times_of(name, CASES[name])
    asked = [always_silent(name, when.lead + when.trouble - when.step)]
    answered(rules_of(GROUPS, name, tmp_path), [scenario(why, lines, when, "above", asked)], when.step)


def test_a_service_that_must_run(tmp_path: Path) -> None:
    """It never came, and that is an alert until it does."""
    name = "VoiceServiceDown"
    when = times_of(name, CASES[name])
    listed = groups(own_values(SHIPPED, "services: [reception]", "own"))
    asked = [firing(name, when.lead - when.step), silent(name, when.lead + when.trouble - when.step)]
    never = [gauge(UP, None, None, 1), COLLECTOR_UP]
    answered(rules_of(listed, name, tmp_path), [scenario("never came", never, when, "above", asked)], when.step)


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("VoiceTelemetryLost", 'otelcol_exporter_enqueue_failed_spans{exporter="otlp_grpc/jaeger"}'),
        ("VoiceTelemetryLost", f'otel_sdk_processor_span_processed_total{{{S},error_type="queue_full"}}'),
        ("VoiceTelemetryLost", f'voice_log_dropped_total{{{S},voice_reason="write_failed"}}'),
        ("VoiceAuditBlocked", f'voice_audit_lost_total{{{S},voice_log_category="audit"}}'),
        ("VoiceAuditBlocked", f'voice_audit_unwritten_total{{{S},voice_log_category="audit"}}'),
        ("OtelcolDroppingData", 'otelcol_exporter_enqueue_failed_log_records{exporter="otlp_http/loki"}'),
        ("OtelcolRefusing", 'otelcol_receiver_refused_spans{receiver="otlp"}'),
    ],
)
def test_the_first_loss_is_seen(name: str, series: str, tmp_path: Path) -> None:
    """A counter that begins with 3 grew by 3, though `increase` has nothing to compare it with. It is told once."""
    when = first_loss(VALUES.alert(name).for_)
    troubled = when.lead + when.trouble - when.step
    begins = [gauge(series, None, 0, 3)]
    after = [silent(name, when.lead - when.step), firing(name, troubled), silent(name, troubled + when.after)]
    scenarios = [
        scenario("begins", begins, when, "above", after),
        scenario("stays at nothing", begins, when, "below", [always_silent(name, troubled)]),
    ]
    answered(rules_of(GROUPS, name, tmp_path), scenarios, when.step)


def test_a_collector_that_does_not_run(tmp_path: Path) -> None:
    """Whatever number of lost items is allowed, and until it runs again."""
    name = "VoiceTelemetryLost"
    when = times_of(name, CASES[name])
    troubled = when.lead + when.trouble - when.step
    many = groups(own_values(SHIPPED, f"alerts: {{{name}: {{threshold: 1000}}}}", "own"))
    asked = [silent(name, when.lead - when.step), firing(name, troubled), silent(name, troubled + when.after)]
    away = [gauge('up{job="otelcol"}', 1, 1, 0)]
    answered(rules_of(many, name, tmp_path), [scenario("does not run", away, when, "above", asked)], when.step)


def first_loss(lasting: str) -> Times:
    """The window of a loss is ten minutes at most; then it is over."""
    return Times(lead=300, trouble=(seconds_of(lasting) or 0) + 60, after=1020)


def test_promtool_finds_no_fault(tmp_path: Path) -> None:
    """`promtool check rules`, with every check that it has."""
    files = [path for path in rendered(VALUES) if path.startswith("stack/prometheus/")]
    command = (str(BIN / "promtool"), "check", "rules", "--lint=all", "--lint-fatal", *files)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
