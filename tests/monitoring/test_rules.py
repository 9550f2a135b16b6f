"""What the rendered rules promise, without any of the programs: every alert is complete, every name is known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from otel_voice.monitoring import runbooks
from otel_voice.monitoring.dashboards import FOLDER
from otel_voice.monitoring.dashboards import rendered as rendered_dashboards
from otel_voice.monitoring.rules.catalogue import every_alert
from otel_voice.monitoring.rules.providers import USED_UP
from otel_voice.monitoring.rules.rendering import rendered
from otel_voice.monitoring.series import series
from otel_voice.monitoring.values import PATH, SHARES, Values, own_values, shipped_values
from otel_voice.telemetry.names import METRICS

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = (ROOT / PATH).read_text(encoding="utf-8")
VALUES = shipped_values(SHIPPED)
ALERTS = [alert.name for alert in every_alert(VALUES)]
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")

# Of other programs: the Collector, the SDK's own metrics, Prometheus itself.
FOREIGN = {
    "up",
    "system_cpu_time_seconds_total",
    "system_memory_usage_bytes",
    "system_filesystem_usage_bytes",
    "otel_sdk_processor_span_processed_total",
    "otel_sdk_processor_log_processed_total",
    "otelcol_exporter_queue_size",
    "otelcol_exporter_queue_capacity",
} | {
    f"otelcol_{counter}_{item}_total"
    for counter in ("exporter_enqueue_failed", "exporter_send_failed", "receiver_refused")
    for item in ("spans", "metric_points", "log_records")
}
# A name that is no function and no keyword: it is followed by no bracket, and is no label.
SERIES = re.compile(r"(?<![\w:\"$.])([a-z][a-z0-9]*(?:[_:][a-z0-9_]+)+|up)\b(?=[\[{)\s]|$)")


def rules(values: Values = VALUES, where: str = "stack/") -> Iterator[dict[str, Any]]:
    """Every rule of the files below a folder."""
    files = SHIPPED_RULES if values is VALUES else read(values)
    return (rule for path, content in files.items() if path.startswith(where) for rule in content)


def read(values: Values) -> dict[str, list[dict[str, Any]]]:
    """The rules of each rendered file."""
    contents = {path: yaml.safe_load(text)["groups"] for path, text in rendered(values).items()}
    return {path: [rule for group in groups for rule in group["rules"]] for path, groups in contents.items()}


SHIPPED_RULES = read(VALUES)


def known_series() -> set[str]:
    """What the schema's metrics are in Prometheus, and what is recorded."""
    own = set()
    for name in METRICS:
        one = series(name)
        kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(one.instrument, ("",))
        own |= {one.base + kind for kind in kinds}
    return own | {rule["record"] for rule in rules() if "record" in rule}


def test_the_values_and_the_definitions_name_the_same_alerts() -> None:
    """Neither is there a value that nothing asks for, nor an alert without values."""
    assert sorted(ALERTS) == sorted(VALUES.alerts)


def test_every_alert_is_complete() -> None:
    """Severity, what is said, a runbook that exists and a dashboard."""
    written = {rule["alert"]: rule for rule in rules() if "alert" in rule}
    assert written.keys() == set(ALERTS)
    for name, rule in written.items():
        said = rule["annotations"]
        assert rule["labels"]["severity"] in ("critical", "warning", "{{ $labels.voice_alert_severity }}"), name
        assert said["summary"] and said["description"], name
        assert said["runbook_url"] == runbooks.address(name, VALUES.links)
        assert re.match(rf"{VALUES.links.grafana}/d/voice-[a-z-]+({{{{ with [$]|$)", said["dashboard_url"]), name


def test_what_is_measured_and_what_is_allowed_are_told() -> None:
    """A description has the value; where there is a threshold it has that as well."""
    for alert in every_alert(VALUES):
        if alert.name in SHARES:
            assert "$value" in alert.description and "%" in alert.description + alert.summary, alert.name


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_has_a_runbook(name: str) -> None:
    """What it means, what the caller notices, where to look, what to do."""
    [section] = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", RUNBOOKS, re.DOTALL | re.MULTILINE)
    assert [word for word in ("Means", "The caller", "Look", "Do") if f"**{word}**: " not in section] == []


@pytest.mark.parametrize("name", ALERTS)
def test_the_runbook_is_one_click_away(name: str) -> None:
    """The link of an alert opens the panel of its name in the dashboard of runbooks."""
    panels = json.loads(rendered_dashboards(VALUES)[f"{FOLDER}/{runbooks.UID}.json"])["panels"]
    number = int(runbooks.address(name, VALUES.links).rpartition("=")[2])
    [panel] = [panel for panel in panels if panel["id"] == number]
    assert panel["title"] == name
    assert f"## {name}\n\n{panel['options']['content'][:20]}" in RUNBOOKS
    assert re.findall(r"\]\((?!/d/)", panel["options"]["content"]) == []


def test_runbooks_may_be_elsewhere() -> None:
    """At an address of somebody's own, each alert under its name."""
    mine = own_values((ROOT / PATH).read_text(), "links: {runbooks: https://wiki.example/voice}", "mine.yaml")
    assert runbooks.address("VoiceServiceDown", mine.links) == "https://wiki.example/voice#voiceservicedown"
    assert runbooks.all_of_them(mine.links) == "https://wiki.example/voice"


def test_no_runbook_is_of_an_alert_that_is_gone() -> None:
    """Headings are alerts."""
    assert set(re.findall(r"^## (\w+)$", RUNBOOKS, re.MULTILINE)) == set(ALERTS)


def test_every_name_is_known() -> None:
    """A series that nobody has would make a rule silent for ever."""
    known = known_series() | FOREIGN
    for rule in rules(where="stack/prometheus/"):
        # The Collector's are asked for by a pattern of their name.
        expr = re.sub(r'\{__name__=~"(\w+)\(_total\)\?"\}', r"\1_total", rule["expr"])
        bare = re.sub(r'"[^"]*"|\{[^}]*\}', "{}", re.sub(r"(by|on) \([^)]*\)", "", expr))
        names = set(SERIES.findall(bare))
        assert names, rule
        assert names <= known, f"{names - known} in {rule}"


def test_labels_exist_on_their_series() -> None:
    """What a selector asks of one of our series, the schema's metric has, or every series of a program."""
    labels = {}
    for name in METRICS:
        one = series(name)
        labels[one.base] = {*one.labels, "service_name", "deployment_environment_name", "le"}
    for rule in rules(where="stack/prometheus/"):
        for name, matchers in re.findall(r"\b((?:voice|gen_ai)_\w+)\{([^}]*)\}", rule["expr"]):
            base = re.sub(r"_(total|bucket|sum|count)$", "", name)
            asked = set(re.findall(r"(\w+)[=!]~?=?\"", matchers))
            assert asked <= labels[base], f"{asked - labels[base]} of {name}"


def test_counters_are_rated() -> None:
    """A counter by itself says how long a program has been running."""
    for rule in rules(where="stack/prometheus/"):
        for found in re.finditer(r"\w+_(?:total|bucket|count|sum)\b(?:\{[^}]*\})?(.)", rule["expr"] + " "):
            alone = found[1] != "["
            # What began within the window has no rate yet; it is asked for by name, and only beside one.
            assert not alone or " unless last_over_time(" in rule["expr"], f"{found[0]} in {rule}"


def test_an_alert_can_be_taken_away() -> None:
    """Some, and all: files without a rule are sound or not there."""
    gone = ["VoiceHostDiskFull", "VoiceErrorLogBurst", "OtelcolRefusing"]
    without = own_values(SHIPPED, "alerts: {" + ", ".join(f"{name}: {{enabled: false}}" for name in gone) + "}", "own")
    assert {rule["alert"] for rule in rules(without) if "alert" in rule} == set(ALERTS) - set(gone)
    none = own_values(SHIPPED, "alerts: {" + ", ".join(f"{name}: {{enabled: false}}" for name in ALERTS) + "}", "own")
    assert [rule for rule in rules(none) if "alert" in rule] == []


def test_a_service_that_must_run_is_asked_for() -> None:
    """By its name, whatever is in it."""
    values = own_values(SHIPPED, "services: [reception, 'a\"b']", "own")
    [down] = [rule for rule in rules(values) if rule.get("alert") == "VoiceServiceDown"]
    assert 'absent_over_time(voice_process_up{service_name="reception"}[1m])' in down["expr"]
    assert '{service_name="a\\"b"}' in down["expr"]


# What telemetry sets for a limit, by provider: the tests of each provider hold it to these.
@pytest.mark.parametrize(
    "error",
    [
        "429",
        "RateLimitError",
        "rate_limit_exceeded",
        "insufficient_quota",
        "quota_exceeded",
        "ThrottlingException",
        "RESOURCE_EXHAUSTED",
        "TooManyRequests",
        "LimitExceededException",
        "limit_exceeded",
        "rate_limit_error",
        "concurrency_limited",
        "rate_limited",
        "402",
    ],
)
def test_a_limit_is_known_by_the_words_of_each_provider(error: str) -> None:
    """SDKs have no common word for it."""
    assert re.fullmatch(USED_UP, error)


@pytest.mark.parametrize("error", ["500", "401", "TimeoutError", "UNAVAILABLE", "InternalServerException", "_OTHER"])
def test_other_errors_are_no_limit(error: str) -> None:
    """A provider that is broken is not used up."""
    assert not re.fullmatch(USED_UP, error)
