"""`otel-voice alerts` where it cannot do its work: one line that says why, and a status that is not 0."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otel_voice.cli.main import main
from tests.monitoring.program import Answering, answering

__all__ = ["answering"]
NOBODY = "http://127.0.0.1:1"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The line on stderr of a command that fails."""
    assert main(["alerts", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_an_alertmanager_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Its address is named."""
    assert f"Alertmanager at {NOBODY} cannot be reached: " in said(capsys, "test", "--alertmanager", NOBODY)


def test_none_of_the_programs_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each."""
    text = said(capsys, "list", "--alertmanager", NOBODY, "--prometheus", NOBODY, "--loki", NOBODY)
    assert [line.split()[1] for line in text.splitlines()] == ["Prometheus", "Loki", "Alertmanager"]


def test_what_is_no_address(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is asked."""
    assert "Alertmanager: 'localhost' is no address" in said(capsys, "test", "--alertmanager", "localhost")
    assert "Prometheus: 'localhost' is no address" in said(capsys, "list", "--prometheus", "localhost")


def test_a_login_before_alertmanager(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    """HTML is no answer."""
    proxy = answering(200, "text/html", "<html>log in</html>")
    assert "gave a page of HTML: is a proxy or a login before it" in said(capsys, "test", "--alertmanager", proxy.url)


def test_something_else_that_speaks_json(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not Alertmanager, and not Prometheus."""
    other = answering(200, "application/json", json.dumps({"status": "success", "data": {"groups": [{"rules": 1}]}}))
    assert "is it Alertmanager?" in said(capsys, "test", "--alertmanager", other.url)
    text = said(capsys, "list", "--alertmanager", other.url, "--prometheus", other.url, "--loki", other.url)
    assert "gave something else than rules" in text


def test_nobody_to_be_told(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    """With no receiver there is nothing to test, and where to name one is said."""
    empty = answering(200, "application/json", '[{"name": "page"}]')
    assert "name receivers in collector/alerts.yaml" in said(capsys, "test", "--alertmanager", empty.url)


def test_an_alertmanager_that_does_not_count(answering: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    """Without its feature nobody could say what became of a test."""
    other = answering(200, "application/json", '[{"name": "page"}, {"name": "slack"}]')
    text = said(capsys, "test", "--alertmanager", other.url)
    assert "does not count by receiver: start it with --enable-feature=receiver-name-in-metrics" in text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot read"),
        (b"receivers: {slack: ", "this is no YAML"),
        (b"\xff\xfe\x00", "this is no text in UTF-8"),
        (b"receivers: {slak: {}}", "receivers.slak is unknown"),
        (b"receivers: {slack: {url: 'https://hooks.example.com/s3cret'}}", "stack/alertmanager/secrets/slack_url"),
        (b"alerts: {Voice: {}}", "alerts.Voice is unknown"),
        (b"links: {grafana: here}", "links.grafana is 'here'"),
    ],
)
def test_a_broken_file_of_values(
    content: bytes | None, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the file and the place in it; nobody is told anything."""
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    text = said(capsys, "test", "--alertmanager", NOBODY, "--values", str(path))
    assert str(path) in text
    assert expected in text
    assert "s3cret" not in text


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "1e9"])
def test_a_time_that_is_none(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told before anything is sent."""
    with pytest.raises(SystemExit) as ended:
        main(["alerts", "test", f"--timeout={seconds}"])
    assert ended.value.code == 2
    assert f"{seconds} is no time" in capsys.readouterr().err
