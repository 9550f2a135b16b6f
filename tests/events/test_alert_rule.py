"""The rule that makes an alert of what alert() says, beside what alert() says. tests/stack/real runs both."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from otel_voice.events import alerts
from otel_voice.stack import shipped
from otel_voice.telemetry import names
from otel_voice.telemetry.catalogue import CATALOGUE

RULE = "stack/loki/rules/fake/alerts-from-code.yml"


@pytest.fixture
def rule() -> dict[str, Any]:
    """The rule as `otel-voice stack init` writes it."""
    [group] = yaml.safe_load(shipped.files()[RULE])["groups"]
    [rule] = group["rules"]
    return dict(rule)


def test_the_rule_finds_what_is_written(rule: dict[str, Any]) -> None:
    """The event by its name, in the category that it is written under."""
    assert f'event_name="{names.EVENT_VOICE_ALERT}"' in rule["expr"]
    assert f'{{voice_log_category="{names.EVENTS[names.EVENT_VOICE_ALERT].category}"}}' in rule["expr"]


def test_the_rule_looks_back_over_a_whole_window(rule: dict[str, Any]) -> None:
    """An alert that is said again each time that it may be does not go away between."""
    [minutes] = re.findall(r"\[(\d+)m\]", rule["expr"])
    assert int(minutes) * 60 > alerts.WINDOW


def test_every_field_is_told_and_none_makes_another_alert(rule: dict[str, Any]) -> None:
    """Each attribute of the event is a label or an annotation; what changes is never a label."""
    labels = {name.replace(".", "_") for name in CATALOGUE[names.EVENT_VOICE_ALERT].fields.values()}
    assert {name for name in labels if name not in rule["expr"]} == set()
    assert {name for name, value in rule["labels"].items() if not value} == labels
    told = " ".join([*rule["labels"].values(), *rule["annotations"].values()])
    assert {name for name in labels if f"$labels.{name} " not in told} == set()
    assert {name for name, value in rule["labels"].items() if value} == {"severity", "title", "service", "signal"}
