"""Every alert of Prometheus, by `promtool test rules`: it fires, it does not fire just below, it recovers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from otel_voice.monitoring.rules.catalogue import every_alert, log_alerts
from otel_voice.monitoring.rules.rendering import rendered
from otel_voice.monitoring.values import PATH, Values, own_values, shipped_values
from tests.stack.binaries import BIN, ROOT
from tests.stack.real.alert_cases import CASES, Case
from tests.stack.real.promtool import (
    Times,
    always_silent,
    answered,
    firing,
    rules_of,
    scenario,
    silent,
    times,
)

SHIPPED = (ROOT / PATH).read_text(encoding="utf-8")
VALUES = shipped_values(SHIPPED)
OF_LOKI = {alert.name for alert in log_alerts(VALUES)}
NEED_TRAFFIC = sorted(name for name, asked in VALUES.alerts.items() if name in CASES and asked.minimum > 1)


def rules(name: str, folder: Path, values: Values = VALUES) -> Path:
    """The recording rules and one alert."""
    files = {path: text for path, text in rendered(values).items() if path.startswith("stack/prometheus/")}
    return rules_of(files, name, folder)


def times_of(name: str, case: Case) -> Times:
    asked = VALUES.alert(name)
    return case.times or times(asked.window, asked.for_)


def test_every_alert_of_prometheus_has_a_case() -> None:
    """None is without a test for firing, not firing and recovering. Those of Loki are tested with Loki."""
    assert CASES.keys() == {alert.name for alert in every_alert(VALUES)} - OF_LOKI


@pytest.mark.parametrize("name", CASES)
def test_an_alert(name: str, tmp_path: Path) -> None:
    """It fires when its threshold is passed for long enough, stays silent just below, and recovers."""
    case = CASES[name]
    when = times_of(name, case)
    in_trouble, end = when.lead + when.trouble - when.step, when.lead + when.trouble + when.after - when.step
    scenarios = [
        scenario(
            "fires and recovers",
            case.lines,
            when,
            "above",
            [silent(name, when.lead - when.step), firing(name, in_trouble), silent(name, end)],
        ),
        scenario("just below", case.lines, when, "below", [always_silent(name, end)]),
    ]
    answered(rules(name, tmp_path), scenarios, when.step)


@pytest.mark.parametrize("name", NEED_TRAFFIC)
def test_little_traffic_is_no_alert(name: str, tmp_path: Path) -> None:
    """What fails at night, when there is next to nothing or nothing, is no page."""
    when = times_of(name, CASES[name])
    end = when.lead + when.trouble + when.after - when.step
    scenarios = [
        scenario(said, [line.times(factor) for line in CASES[name].lines], when, "above", [always_silent(name, end)])
        for said, factor in (("next to nothing", 1e-5), ("nothing", 0.0))
    ]
    answered(rules(name, tmp_path), scenarios, when.step)


def test_another_threshold_is_another_rule(tmp_path: Path) -> None:
    """What fires with the shipped values does not with a higher one of somebody's own."""
    name = "VoiceErrorRateCritical"
    case = CASES[name]
    when = times_of(name, case)
    values = own_values(SHIPPED, f"alerts: {{{name}: {{threshold: 0.5}}}}", "own")
    asked = [always_silent(name, when.lead + when.trouble)]
    answered(rules(name, tmp_path, values), [scenario("higher", case.lines, when, "above", asked)], when.step)


def test_promtool_finds_no_fault(tmp_path: Path) -> None:
    """`promtool check rules`, with every check that it has."""
    files = [path for path in rendered(VALUES) if path.startswith("stack/prometheus/")]
    command = (str(BIN / "promtool"), "check", "rules", "--lint=all", "--lint-fatal", *files)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
