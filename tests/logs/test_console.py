"""The console's lines in a form of ours, for every library, redacted; and nothing but the console's lines."""

from __future__ import annotations

import io
import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog
from loguru import logger
from opentelemetry.sdk.resources import Resource

from otel_voice.logs import context
from tests.logs.conftest import Begin
from tests.signals import Signals

Console = pytest.CaptureFixture[str]

KEY = "sk-proj-" + "a1B2" * 8


def lines(console: Console) -> list[dict[str, Any]]:
    return [json.loads(line) for line in console.readouterr().err.splitlines()]


def test_a_json_line_has_its_fields(begin: Begin, signals: Signals, capsys: Console, root: logging.Logger) -> None:
    """Those of the issue, in a span, with an exception, in a conversation; no more than are known."""
    root.handlers[:] = [logging.StreamHandler()]
    begin(log_format="json")
    told = {"voice.conversation.id": "c1", "session.id": "s1", "user.id": "u1", "voice.correlation.id": "r1"}
    forget = context.register(lambda: context.LogContext(told))
    token = context.component.set("booking")
    try:
        with signals.tracer_provider.get_tracer("t").start_as_current_span("call") as span:
            try:
                raise ValueError(KEY)
            except ValueError:
                logging.getLogger("agent.calls").exception("with %s", KEY, extra={"tries": 3, "key": KEY})
    finally:
        context.component.reset(token)
        forget()
    written = capsys.readouterr().err
    assert "a1B2" not in written
    line = json.loads(written)
    assert line.pop("timestamp").endswith("Z")
    assert "ValueError" in line["error"].pop("stack")
    assert line.pop("line") > 0
    assert line == {
        "level": "ERROR",
        "logger": "agent.calls",
        "service": Resource.create().attributes["service.name"],
        "component": "booking",
        "message": "with [secret]",
        "trace_id": f"{span.get_span_context().trace_id:032x}",
        "span_id": f"{span.get_span_context().span_id:016x}",
        "conversation_id": "c1",
        "session_id": "s1",
        "user_id": "u1",
        "correlation_id": "r1",
        "category": "error",
        "file": __file__,
        "function": "test_a_json_line_has_its_fields",
        "extra": {"tries": 3, "key": "[secret]"},
        "error": {"type": "ValueError", "message": "[secret]"},
    }


def test_every_library_has_the_form(begin: Begin, capsys: Console, root: logging.Logger) -> None:
    """Handlers, sinks and loggers that write to the console; each line once."""
    root.handlers[:] = [logging.StreamHandler()]
    begin(log_format="json")
    logger.add(sys.stderr)
    logging.getLogger("agent").warning("by stdlib")
    logger.bind(call=7).info("by loguru")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    structlog.get_logger().info("by structlog", call=7)
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs], logger_factory=structlog.stdlib.LoggerFactory()
    )
    structlog.get_logger("agent").error("by both", call=7)
    told = [(line["message"], line.get("extra")) for line in lines(capsys)]
    assert told == [
        ("by stdlib", None),
        ("by loguru", {"call": 7}),
        ("by structlog", {"call": 7}),
        ("by both", {"call": 7}),
    ]


def test_what_is_no_console_keeps_its_form(begin: Begin, capsys: Console, root: logging.Logger, tmp_path: Path) -> None:
    """Files and streams of the program's own, and what it hides."""
    stream = io.StringIO()
    quiet = logging.StreamHandler()
    quiet.setLevel(logging.ERROR)
    root.handlers[:] = [logging.FileHandler(tmp_path / "own.log"), logging.StreamHandler(stream), quiet]
    begin(log_format="json")
    logger.add(stream, format="{message}")
    logging.getLogger("agent").warning("plain")
    logger.warning("plain too")
    assert (tmp_path / "own.log").read_text() == "plain\n"
    assert stream.getvalue() == "plain\nplain too\n"
    assert capsys.readouterr().err == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "colour"), [(Terminal(), True), (io.StringIO(), False)], ids=["terminal", "pipe"])
def test_a_readable_line(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, root: logging.Logger, stream: io.StringIO, colour: bool
) -> None:
    """Coloured on a terminal only; with what was added, and the stack of an exception below."""
    monkeypatch.setattr("sys.stderr", stream)
    root.handlers[:] = [logging.StreamHandler()]
    begin(log_format="readable")
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        logging.getLogger("agent").exception("no %s", "line", extra={"tries": 3})
    first, *stack = stream.getvalue().splitlines()
    assert ("\x1b[" in first) is colour
    if not colour:
        assert first.split(maxsplit=2)[2] == "ERROR    agent no line tries=3"
    assert stack[-1] == "ZeroDivisionError: division by zero"


def test_after_the_end_the_form_is_the_programs(begin: Begin, capsys: Console, root: logging.Logger) -> None:
    root.handlers[:] = [logging.StreamHandler()]
    begin(log_format="json").end()
    logging.getLogger("agent").warning("plain")
    assert capsys.readouterr().err == "plain\n"
    assert "format" not in vars(logging.StreamHandler)
