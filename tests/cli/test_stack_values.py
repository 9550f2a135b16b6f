"""`otel-voice stack init DIR` renders with the values that DIR has, or leaves everything as it is."""

from pathlib import Path

import pytest
import yaml

from otel_voice.cli.main import main
from otel_voice.monitoring.rendering import rendered
from otel_voice.monitoring.values import PATH, own_values
from otel_voice.stack import shipped
from tests.cli.test_stack import contents


def rules(folder, name):
    """The rules of a folder that have the name."""
    files = [*folder.glob("stack/prometheus/rules/*.yml"), *folder.glob("stack/loki/rules/*/*.yml")]
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if rule.get("alert") == name]


def with_values(folder, text):
    """A folder with the stack's files and values of its owner's."""
    assert main(["stack", "init", str(folder)]) == 0
    (folder / PATH).write_text(text)
    return folder


def test_what_is_shipped_is_what_the_shipped_values_make():
    """A folder without values of its own gets the same as one with the shipped ones."""
    files = shipped.files()
    text = files[PATH].decode()
    made = rendered(own_values(text, text, "own"))
    assert {path: files[path].decode() for path in made} == made


def test_own_values_change_the_rules(tmp_path):
    """Threshold and duration; the file of values stays its owner's, and a second time changes nothing."""
    folder = with_values(tmp_path, "alerts: {VoiceErrorRateCritical: {threshold: 0.3, for: 90s}}\n")
    assert main(["stack", "init", str(folder)]) == 0
    [rule] = rules(folder, "VoiceErrorRateCritical")
    assert ("> 0.3" in rule["expr"], rule["for"]) == (True, "90s")
    assert "30 %" in rule["annotations"]["description"]
    before = contents(folder)
    assert main(["stack", "init", str(folder)]) == 0
    assert contents(folder) == before
    assert (folder / PATH).read_text().startswith("alerts: {VoiceErrorRateCritical")


@pytest.mark.parametrize("name", ["VoiceErrorRateCritical", "VoiceErrorLogBurst", "VoiceAlertFromCode"])
def test_an_alert_can_be_taken_away_and_come_back(tmp_path, name):
    """`enabled: false`, and the shipped values again."""
    folder = with_values(tmp_path, f"alerts: {{{name}: {{enabled: false}}}}\n")
    assert rules(folder, name)
    main(["stack", "init", str(folder)])
    assert not rules(folder, name)
    (folder / PATH).write_bytes(shipped.files()[PATH])
    main(["stack", "init", str(folder)])
    assert rules(folder, name)


def test_values_that_nobody_changed_become_those_of_a_new_version(tmp_path, monkeypatch):
    """An old shipped file is no wish of its owner's."""
    assert main(["stack", "init", str(tmp_path)]) == 0
    newer = {**shipped.files(), PATH: shipped.files()[PATH].replace(b"threshold: 20,", b"threshold: 21,")}
    monkeypatch.setattr("otel_voice.stack.rendering.files", lambda: newer)
    assert main(["stack", "init", str(tmp_path)]) == 0
    assert (tmp_path / PATH).read_bytes() == newer[PATH]


def unreadable(folder):
    (folder / PATH).unlink()
    (folder / PATH).mkdir()
    return "is a directory where a file belongs"


def no_text(folder):
    (folder / PATH).write_bytes(b"alerts: \xff\xfe")
    return "this is no text in UTF-8"


def no_yaml(folder):
    (folder / PATH).write_text("alerts: {\n")
    return "this is no YAML"


def unknown(folder):
    (folder / PATH).write_text("alerts: {VoiceEror: {}}\n")
    return "alerts.VoiceEror is unknown; allowed here: "


@pytest.mark.parametrize("broken", [unreadable, no_text, no_yaml, unknown])
def test_values_that_will_not_do(broken, tmp_path, capsys):
    """Status 2, one line that names the file, and no file is touched: not even one that wanted to be brought back."""
    folder = with_values(tmp_path, "alerts: {}\n")
    reason = broken(folder)
    missing: Path = folder / "docker-compose.yml"
    missing.unlink()
    capsys.readouterr()
    assert main(["stack", "init", str(folder)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert str(folder / PATH) in said.err and reason in said.err
    assert not missing.exists()
