"""What holds of every dashboard by itself; tests/stack/real/check_dashboards.py asks the real backends."""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from otel_voice.monitoring import series
from otel_voice.monitoring.dashboards import FOLDER, rendered
from otel_voice.monitoring.dashboards.metrics import metric, share
from otel_voice.monitoring.values import PATH, Values, own_values, shipped_values
from otel_voice.telemetry import names
from otel_voice.telemetry.names import EVENTS, METRICS
from tests.monitoring.asked import ROOT, Asked, dashboards, everything_asked, panels
from tests.monitoring.known import KNOWN, NOT_RATED
from tests.monitoring.promql import grouped_by, reads

ALL = dashboards()
UIDS = [
    "voice-analytics",
    "voice-business",
    "voice-call-health",
    "voice-conversation",
    "voice-integrations",
    "voice-providers",
    "voice-runbooks",
    "voice-system",
    "voice-teams",
    "voice-turn-latency",
]
VARIABLES = {"__all", "__rate_interval", "__range", "__range_s", "__interval", "__from", "__to", "__url_time_range"}
PROMETHEUS = everything_asked("prometheus")
LOKI = everything_asked("loki")

each = pytest.mark.parametrize("dashboard", ALL, ids=lambda dashboard: dashboard["uid"])
each_promql = pytest.mark.parametrize("asked", PROMETHEUS, ids=str)
each_logql = pytest.mark.parametrize("asked", LOKI, ids=str)


def shipped() -> Values:
    return shipped_values((ROOT / PATH).read_text())


@functools.cache
def recorded() -> frozenset[str]:
    """The names of the recording rules that are shipped."""
    rules = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "stack/prometheus/rules").glob("*.yml"))]
    every = (rule for file in rules for group in file["groups"] for rule in group["rules"])
    return frozenset(rule["record"] for rule in every if "record" in rule)


def of_the_schema() -> dict[str, tuple[str, set[str]]]:
    """Every series that the schema's metrics become, with its instrument and labels."""
    found = {}
    for name in METRICS:
        one = series.series(name)
        labels = {*one.labels, *series.RESOURCE_LABELS}
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(one.instrument, [""])
        for suffix in suffixes:
            le = {"le"} if suffix == "_bucket" else set()
            found[f"{one.base}{suffix}"] = (one.instrument, labels | le)
    return found


SERIES = of_the_schema()


def test_all_are_shipped_as_they_are_rendered() -> None:
    """The files in the repository are those that the shipped values make, under uids that people may link to."""
    files = rendered(shipped())
    assert [dashboard["uid"] for dashboard in ALL] == UIDS
    assert files == {f"{FOLDER}/{uid}.json": (ROOT / FOLDER / f"{uid}.json").read_text() for uid in UIDS}


def files_uids(files: dict[str, str]) -> set[str]:
    return {json.loads(text)["uid"] for text in files.values()}


def test_a_threshold_follows_its_alert() -> None:
    """A value of somebody's own moves the line in the panel that shows what the alert watches."""
    own = own_values((ROOT / PATH).read_text(), "alerts: {VoiceQueueBacklog: {threshold: 4711}}", "mine.yaml")
    teams = json.loads(rendered(own)[f"{FOLDER}/voice-teams.json"])
    [depth] = [panel for panel in panels(teams) if panel["title"] == "Queue depth"]
    assert [step["value"] for step in depth["fieldConfig"]["defaults"]["thresholds"]["steps"]] == [None, 4711]


@each
def test_panels_have_a_place_of_their_own(dashboard: dict[str, Any]) -> None:
    """No two have the same id, none overlaps another, and none sticks out of the 24 columns."""
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    cells = [cell for panel in dashboard["panels"] for cell in _cells(panel["gridPos"])]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def _cells(place: dict[str, int]) -> Iterator[tuple[int, int]]:
    return itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))


@each
def test_panels_explain_themselves(dashboard: dict[str, Any]) -> None:
    """Each has a title of its own, a description, a unit, thresholds, and something that it asks."""
    titles = [panel["title"] for panel in panels(dashboard)]
    assert len(titles) == len(set(titles))
    for panel in panels(dashboard):
        assert panel["title"] and panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"][0]["value"] is None, panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == sorted(set(letters)) and letters, panel["title"]


@each
def test_data_sources_are_chosen_at_the_top(dashboard: dict[str, Any]) -> None:
    """No id of a data source stands in a dashboard, only the variable of its type, which the dashboard has."""
    chosen = {one["name"]: one["query"] for one in dashboard["templating"]["list"] if one["type"] == "datasource"}
    for source in _data_sources(dashboard):
        assert source == {"type": chosen[source["type"]], "uid": f"${{{source['type']}}}"}


def _data_sources(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("datasource"), dict):
            yield value["datasource"]
        for inner in value.values():
            yield from _data_sources(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _data_sources(inner)


@each
def test_every_variable_is_known(dashboard: dict[str, Any]) -> None:
    """What a query names with a $ is a variable of the dashboard or one of Grafana's own."""
    own = {one["name"] for one in dashboard["templating"]["list"]}
    queries = json.dumps([panel["targets"] for panel in panels(dashboard)] + dashboard["templating"]["list"])
    named = set(re.findall(r"\$\{?(\w+)", queries))
    assert named <= own | VARIABLES, named - own - VARIABLES


@each
def test_links_lead_somewhere(dashboard: dict[str, Any]) -> None:
    """Every dashboard that is linked is there, and all of them are in the menu, which keeps time and choices."""
    text = json.dumps(dashboard)
    assert set(re.findall(r"/d/([\w-]+)", text)) <= set(UIDS)
    [menu] = [link for link in dashboard["links"] if link["type"] == "dashboards"]
    assert set(menu["tags"]) <= set(dashboard["tags"])
    assert menu["includeVars"] and menu["keepTime"]


@each
def test_rows_lead_to_conversations_and_traces(dashboard: dict[str, Any]) -> None:
    """What a link takes from a row is a column of that table."""
    for panel in panels(dashboard):
        taken = set(re.findall(r"__data\.fields\.(\w+)", json.dumps(panel)))
        assert taken <= _headings(panel), panel["title"]


def _headings(panel: dict[str, Any]) -> set[str]:
    organised = [one["options"]["renameByName"] for one in panel["transformations"] if one["id"] == "organize"]
    return {heading for names in organised for heading in names.values()}


@each_promql
def test_series_are_known(asked: Asked) -> None:
    """Each is one of the schema, a recording rule, or a known one of its program, and has the labels that are used."""
    for read in reads(asked.expression):
        assert read.name in SERIES or read.name in KNOWN or read.name in recorded(), read.name
        if read.name not in recorded():
            labels = SERIES[read.name][1] if read.name in SERIES else KNOWN[read.name]
            assert read.labels <= labels, (read.name, read.labels - labels)


@each_promql
def test_groups_are_by_labels_that_are_there(asked: Asked) -> None:
    """What is grouped or matched by, and what a legend names, is a label of a series in the expression."""
    expression, found = asked.expression, reads(asked.expression)
    labels = {one for read in found for one in _labels(read.name)} | set(
        re.findall(r'label_replace\(.*?"(\w+)"', expression)
    )
    assert grouped_by(expression) <= labels, grouped_by(expression) - labels
    legend = set(re.findall(r"\{\{(\w+)\}\}", asked.target.get("legendFormat", "")))
    assert legend <= grouped_by(expression) | {"gen_ai_token_type"} or not grouped_by(expression), legend


def _labels(name: str) -> set[str]:
    if name in SERIES:
        return SERIES[name][1]
    return KNOWN.get(name, {"service_name", "deployment_environment_name"})


@each_promql
def test_counters_are_rated(asked: Asked) -> None:
    """A counter or histogram stands in rate() or increase() only, and what is in them has a window that fits."""
    for read in reads(asked.expression):
        assert (read.function in ("rate", "increase")) == _counts(read.name), read
        if read.function == "rate":
            assert read.window in ("$__rate_interval", "$__range") and (not asked.instant or read.window == "$__range")
        if read.function == "increase":
            assert read.window == "$__range" and asked.instant, read


def _counts(name: str) -> bool:
    if name in SERIES:
        return SERIES[name][0] in ("counter", "histogram")
    if name.startswith("otelcol_"):
        return name not in NOT_RATED
    return name.endswith(("_total", "_bucket", "_count", "_sum"))


@each_logql
def test_records_are_known(asked: Asked) -> None:
    """Events, attributes and categories that LogQL names are the schema's, and its windows are Grafana's."""
    attributes = {series.label(name) for name in vars(names).values() if isinstance(name, str)}
    own = {"service_name", "deployment_environment_name", "trace_id", "event_name", "told_at", "hour", "cloud_region"}
    text = re.sub(r'"[^"]*"|`[^`]*`|\$\{?[\w:]+\}?', " ", asked.expression)
    named = set(re.findall(r"\b([a-z]+_[a-z_]+)\b", text)) - {"count_over_time", "max_over_time", "label_format"}
    assert named <= attributes | own, named - attributes - own
    events = re.findall(r'event_name="([\w.]+)"', asked.expression)
    assert set(events) <= set(EVENTS)
    categories = re.findall(r'voice_log_category=~"([^"]+)"', asked.expression)
    for event, category in itertools.product(events, categories):
        assert EVENTS[event].category == category
    assert set(re.findall(r"\[([^\]]+)\]", asked.expression)) <= {"$__range", "$__interval"}


def test_latency_has_its_traces() -> None:
    """Panels that draw quantiles of what one can wait for show exemplars."""
    asked = [one for one in PROMETHEUS if "histogram_quantile" in one.expression and not one.instant]
    without = [str(one) for one in asked if not one.target.get("exemplar") and "span_metrics" not in one.expression]
    assert asked and not without


def test_a_label_that_a_metric_has_not_is_refused() -> None:
    """A misspelt or foreign label fails when the dashboard is made, not when somebody looks at an empty panel."""
    with pytest.raises(KeyError, match="gen_ai_tool_name"):
        metric(names.METRIC_VOICE_CONVERSATIONS).rate(names.GEN_AI_TOOL_NAME)


def test_nothing_of_a_whole_is_zero_and_not_nothing() -> None:
    """A share is 0 while nothing failed, and nothing while nothing was done."""
    assert share("a", "b") == "(a or 0 * b) / (b > 0)"
