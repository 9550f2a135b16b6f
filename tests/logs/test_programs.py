"""Whole programs under `opentelemetry-instrument`, with no change to their code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distro.conftest import Run, run_against, sink
from tests.distro.program import INSTRUMENT, clean_environment
from tests.distro.sink import Sink

__all__ = ["run_against", "sink"]

BOTH = """
from loguru import logger
import structlog
logger.info("by loguru"); structlog.get_logger().info("by structlog")
"""


def test_loguru_and_structlog_arrive(sink: Sink, run_against: Run) -> None:
    run_against(sink.endpoint, BOTH)
    assert [(log.scope, log.body) for log in sink.logs()] == [
        ("__main__", "by loguru"),
        ("__main__", "by structlog"),
    ]


@pytest.mark.parametrize(
    ("env", "rest"),
    [
        ({"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "otel_voice_loguru"}, ["by structlog"]),
        ({"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "otel_voice_structlog,logging"}, ["by loguru"]),
        ({"OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION": "false"}, []),
    ],
    ids=str,
)
def test_each_may_be_left_alone(env: dict[str, str], rest: list[str], sink: Sink, run_against: Run) -> None:
    run_against(sink.endpoint, BOTH, **env)
    assert [log.body for log in sink.logs()] == rest


def test_the_console_of_loguru_and_structlog_is_the_same(sink: Sink, run_against: Run, tmp_path: Path) -> None:
    """To the byte, exceptions with variables included, but for times."""
    text = """
import sys
from loguru import logger
import structlog
structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer()])
logger.remove(); print(logger.add(sys.stderr, format="{level} {function}:{line} {message} {extra}", diagnose=True))
logger.bind(a=1).info("hello {}", "there"); logger.debug("d")
try: 1 / 0
except ZeroDivisionError: logger.exception("failed")
structlog.get_logger().warning("event", a=1)
print(logger)
"""
    instrumented = run_against(sink.endpoint, text)
    bare = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    assert (instrumented.out, instrumented.err) == (bare.stdout, bare.stderr)


def test_a_forked_child_logs(sink: Sink, run_against: Run, tmp_path: Path) -> None:
    """Over OTLP and to files, each of parent and child once."""
    text = """
import logging, multiprocessing
log = logging.getLogger("agent")
log.info("before")
child = multiprocessing.get_context("fork").Process(target=log.info, args=("child",))
child.start(); child.join()
log.info("after")
"""
    run_against(sink.endpoint, text, OTEL_VOICE_LOG_DIR=str(tmp_path / "logs"))
    lines = (tmp_path / "logs/app/app.log").read_text().splitlines()
    assert sorted(json.loads(line)["message"] for line in lines) == ["after", "before", "child"]
    assert sorted(log.body for log in sink.logs()) == ["after", "before", "child"]


def test_configured_in_code(sink: Sink, run_against: Run) -> None:
    """configure_logs() goes before the environment, and hears what is imported later too."""
    text = """
import logging, otel_voice
otel_voice.configure_logs(exclude=["noise"], format="json", levels={"agent": "DEBUG"})
logging.getLogger("noise").error("not exported"); logging.getLogger("agent").debug("exported")
from loguru import logger
logger.info("later")
try: otel_voice.configure_logs(levle="INFO")
except ValueError as error: print(error)
"""
    ended = run_against(sink.endpoint, text, OTEL_VOICE_LOG_EXCLUDE="agent")
    assert [log.body for log in sink.logs()] == ["exported", "later"]
    assert "configure_logs(): 'levle' is not a setting of logs" in ended.out
    assert [json.loads(line)["message"] for line in ended.err.splitlines()] == ["not exported", "later"]


def test_a_file_of_settings(sink: Sink, run_against: Run, tmp_path: Path) -> None:
    """What is wrong in it is told with its name; the rest holds; the environment goes before it."""
    path = tmp_path / "logs.json"
    path.write_text(json.dumps({"level": "ERROR", "exclude": ["noise"], "burst": "many", "colour": 1}))
    text = """
import logging
logging.getLogger("noise").error("excluded"); logging.getLogger("agent").warning("by the environment's level")
"""
    ended = run_against(sink.endpoint, text, OTEL_VOICE_LOG_CONFIG=str(path), OTEL_VOICE_LOG_LEVEL="WARNING")
    assert [log.body for log in sink.logs()] == ["by the environment's level"]
    told = "\n".join(ended.telemetry_lines())
    assert f"{path}: burst = 'many' is not allowed. Allowed: records a second, 0 for no limit." in told
    assert f"{path}: 'colour' is not a setting of logs and is ignored." in told


def test_records_of_every_library_say_whose_call_it_is(sink: Sink, run_against: Run) -> None:
    """Conversation, turn, session, user, correlation and component; trace and span; severity, place and category."""
    text = """
import logging, otel_voice, structlog
from loguru import logger
logger.remove(); structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
with otel_voice.conversation("c1", session_id="s1", user_id="u1", attributes={"voice.correlation.id": "r1"}):
    with otel_voice.turn(), otel_voice.traced(name="settle", component="billing"):
        logging.getLogger("agent").warning("by stdlib")
        logger.warning("by loguru")
        structlog.get_logger().warning("by structlog")
"""
    ended = run_against(sink.endpoint, text)
    assert ended.status == 0, ended.err
    logs = [log for log in sink.logs() if str(log.body).startswith("by ")]
    assert [log.body for log in logs] == ["by stdlib", "by loguru", "by structlog"]
    settle = next(span for span in sink.spans() if span.name == "settle")
    [turn] = {log.attributes["voice.turn.id"] for log in logs}
    assert turn == next(span.attributes["voice.turn.id"] for span in sink.spans() if "voice.turn.id" in span.attributes)
    for line, log in enumerate(logs, start=7):
        assert (log.trace_id, log.span_id) == (settle.trace_id, settle.span_id)
        assert (log.severity, log.severity_text) == (13, "WARN")
        attributes = dict(log.attributes)
        assert attributes.pop("code.file.path").endswith("program.py")
        assert attributes == {
            "voice.conversation.id": "c1",
            "gen_ai.conversation.id": "c1",
            "voice.turn.id": turn,
            "voice.turn.index": attributes["voice.turn.index"],
            "session.id": "s1",
            "user.id": "u1",
            "voice.correlation.id": "r1",
            "voice.component": "billing",
            "voice.log.category": "app",
            "code.function.name": "<module>",
            "code.line.number": line,
        }


def test_a_json_line_tells_service_and_environment(sink: Sink, run_against: Run) -> None:
    """As the resource has them, in either of the environment's two names."""
    text = "import logging; logging.getLogger('agent').warning('m')"
    for name in ("deployment.environment.name", "deployment.environment"):
        ended = run_against(
            sink.endpoint, text, OTEL_VOICE_LOG_FORMAT="json", OTEL_RESOURCE_ATTRIBUTES=f"{name}=production"
        )
        [line] = ended.err.splitlines()
        assert (json.loads(line)["service"], json.loads(line)["environment"]) == ("test", "production")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=str)
def test_a_terminal_is_written_to_in_colour(sink: Sink, tmp_path: Path, env: dict[str, str], coloured: bool) -> None:
    """A real one, unless NO_COLOR is set."""
    terminal, program = os.openpty()
    path = tmp_path / "program.py"
    path.write_text("import logging; logging.getLogger('agent').warning('m')")
    subprocess.run(
        [INSTRUMENT, sys.executable, str(path)],
        env={**clean_environment(), "OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, "OTEL_SERVICE_NAME": "test"}
        | {"OTEL_VOICE_LOG_FORMAT": "readable", **env},
        stderr=program,
        timeout=60,
        check=True,
    )
    shown = os.read(terminal, 4096).decode()
    os.close(program)
    os.close(terminal)
    assert "agent" in shown
    assert ("\x1b[33mWARNING" in shown) is coloured
