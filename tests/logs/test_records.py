"""What is on a record beside its message."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from otel_voice.logs import configuration, context
from tests.logs.conftest import Begin
from tests.signals import Signals


def test_the_component_is_the_records_own_or_that_of_the_code(begin: Begin, signals: Signals) -> None:
    """What a record says goes before what the code around it says; where nobody says it, it is absent."""
    begin()
    log = logging.getLogger("agent")
    log.warning("nobody")
    token = context.component.set("booking")
    try:
        log.warning("code")
        log.warning("record", extra={"component": "billing", "correlation_id": "r1"})
    finally:
        context.component.reset(token)
    attributes = [log.log_record.attributes for log in signals.logs()]
    assert [each.get("voice.component") for each in attributes] == [None, "booking", "billing"]
    assert attributes[2]["voice.correlation.id"] == "r1"


def test_a_stack_that_is_asked_for_is_told(begin: Begin, signals: Signals) -> None:
    begin()
    logging.getLogger("agent").warning("here", stack_info=True)
    [log] = signals.logs()
    assert "test_a_stack_that_is_asked_for_is_told" in log.log_record.attributes["code.stacktrace"]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("c.json", "{", "c.json cannot be read and is ignored"),
        ("c.json", "[1]", "c.json must hold one object, not list"),
        ("c.json", '{"rotation": "0MB"}', "rotation = '0MB' is not allowed. Allowed: daily, or a size"),
        ("c.json", '{"levels": {"a": "LOUD"}}', "levels = 'a=LOUD' is not allowed"),
        ("c.json", '{"dir": null, "level": ["INFO", "DEBUG"]}', "level = 'INFO,DEBUG' is not allowed"),
        ("missing.json", None, "missing.json cannot be read and is ignored"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, name: str, text: str | None, problem: str) -> None:
    """With its name, and nothing raises."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    _, problems = configuration.chosen({"OTEL_VOICE_LOG_CONFIG": str(path)})
    assert len(problems) == 1
    assert problem in problems[0]


def test_a_file_in_toml(tmp_path: Path) -> None:
    """As JSON would say it."""
    pytest.importorskip("tomllib")
    path = tmp_path / "logs.toml"
    path.write_text('level = "ERROR"\nexclude = ["a", "b"]\nburst = 0\nrotation = "2 MB"\n[levels]\n"x.y" = "DEBUG"\n')
    settings, problems = configuration.chosen({"OTEL_VOICE_LOG_CONFIG": str(path), "OTEL_VOICE_LOG_BURST": "5"})
    assert problems == []
    assert (settings.log_level, settings.log_exclude, settings.log_levels) == (40, ("a", "b"), {"x.y": 10})
    assert (settings.log_burst, settings.log_rotation) == (5, 2_000_000)
