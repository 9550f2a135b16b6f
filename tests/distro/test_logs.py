"""Log records arrive over OTLP, and the program's own output stays what it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.distro.conftest import Run
from tests.distro.program import clean_environment
from tests.distro.sink import Sink, refusing

CONSOLE = {
    "nothing configured": "log.info('i'); log.warning('w'); log.error('e')",
    "module functions": "logging.info('i'); logging.warning('w'); logging.info('j')",
    "basicConfig later": "log.warning('w'); logging.basicConfig(level='INFO'); log.info('i'); log.debug('d')",
    "basicConfig at its default": "logging.basicConfig(format='%(name)s %(message)s'); log.info('i'); log.error('e')",
    "debug of one logger": "logging.basicConfig(); log.setLevel('DEBUG'); log.debug('d'); logging.info('i')",
    "own handler, no propagation": """
log.addHandler(logging.StreamHandler(sys.stdout)); log.propagate = False
log.info('i'); log.warning('w'); log.setLevel('INFO'); log.info('j')
""",
    "root told to be WARNING": "logging.basicConfig(level='WARNING'); log.info('i'); log.warning('w')",
    "dictConfig": """
import logging.config
logging.config.dictConfig({'version': 1, 'handlers': {'h': {'class': 'logging.StreamHandler'}},
    'root': {'handlers': ['h'], 'level': 'INFO'}})
log.info('i'); log.debug('d')
""",
    "disabled": "logging.disable(logging.WARNING); log.warning('w'); log.error('e')",
    "a message that does not fit": "logging.basicConfig(); log.warning('%d apples', 'many')",
    "exception": "logging.basicConfig()\ntry: 1 / 0\nexcept ZeroDivisionError: log.exception('failed')",
    "all fields of the record": """
class Fields(logging.Formatter):
    def format(self, record):
        return str(sorted(set(vars(record)) - {'taskName'}))
h = logging.StreamHandler(); h.setFormatter(Fields()); logging.root.addHandler(h)
log.warning('w', extra={'a': 1}); log.info('i')
""",
    "filters": """
class Rename(logging.Filter):
    def filter(self, record):
        record.msg = record.msg.upper()
        return record.levelno > logging.INFO
log.addFilter(Rename()); logging.basicConfig(level='INFO'); log.info('i'); log.warning('w')
""",
    "handlers of the root": "print(logging.root.handlers, logging.lastResort, logging.root.hasHandlers())",
}


@pytest.mark.parametrize("case", CONSOLE)
def test_the_console_output_is_the_same(case: str, tmp_path: Path, run_against: Run, sink: Sink) -> None:
    """With and without us a program writes the same to stdout and stderr, to the byte."""
    text = f"import logging, sys\nlog = logging.getLogger('agent')\n{CONSOLE[case]}\n"
    instrumented = run_against(sink.endpoint, text)
    bare = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
    )
    assert (instrumented.out, instrumented.err) == (bare.stdout, bare.stderr)


def test_a_record_arrives_whole(sink: Sink, run_against: Run) -> None:
    """Time, severity, source, extras and the current span are on the record."""
    run_against(
        sink.endpoint,
        """
import logging
from opentelemetry import trace
log = logging.getLogger("agent.calls")
with trace.get_tracer("t").start_as_current_span("call"):
    log.info("call %s begins", 7, extra={"line": 3, "tags": ["a", "b"], "caller": {"id": 1}})
""",
    )
    [log], [span] = sink.logs(), sink.spans()
    assert (log.body, log.severity, log.severity_text) == ("call 7 begins", 9, "INFO")
    assert log.scope == "agent.calls"
    assert (log.trace_id, log.span_id) == (span.trace_id, span.span_id)
    assert span.start <= log.time <= span.end
    assert log.attributes.pop("code.file.path").endswith("program.py")
    assert log.attributes == {
        "code.function.name": "<module>",
        "code.line.number": 6,
        "line": 3,
        "tags": ["a", "b"],
        "caller": {"id": 1},
        "voice.log.category": "app",
    }
    assert log.resource["service.name"] == "test"


def test_the_severity_is_pythons(sink: Sink, run_against: Run) -> None:
    """The five levels and those between them are OpenTelemetry's severities."""
    text = """
import logging
log = logging.getLogger("agent"); log.setLevel(1)
for level in (10, 20, 25, 30, 40, 50, 60): log.log(level, "at %d", level)
"""
    run_against(sink.endpoint, text, OTEL_VOICE_LOG_LEVEL="DEBUG")
    assert [(log.body, log.severity) for log in sink.logs() if log.scope == "agent"] == [
        ("at 10", 5),
        ("at 20", 9),
        ("at 25", 12),
        ("at 30", 13),
        ("at 40", 17),
        ("at 50", 21),
        ("at 60", 24),
    ]


def test_an_exception_arrives_redacted(sink: Sink, run_against: Run) -> None:
    """Type, message and stack of an exception; a key leaves in none of body, extras, message and stack."""
    text = """
import logging
key = "sk-proj-" + "a1B2" * 8
try: raise RuntimeError("bad key " + key)
except RuntimeError: logging.getLogger("agent").exception("with %s", key, extra={"used": [key]})
"""
    run_against(sink.endpoint, text)
    [log] = sink.logs()
    assert log.attributes["exception.type"] == "RuntimeError"
    assert log.attributes["exception.message"].startswith("bad key [")
    assert "Traceback" in log.attributes["exception.stacktrace"]
    assert log.attributes["voice.log.category"] == "error"
    assert "a1B2a1B2" not in str(log)


def test_the_category_may_be_given(sink: Sink, run_against: Run) -> None:
    """One of the six categories in `extra` wins; anything else does not."""
    text = """
import logging
log = logging.getLogger("agent")
for category in ("audit", "gossip"): log.error("e", extra={"voice.log.category": category})
"""
    run_against(sink.endpoint, text)
    assert [log.attributes["voice.log.category"] for log in sink.logs()] == ["audit", "error"]


def test_the_conversation_is_stamped_on_records(sink: Sink, run_against: Run) -> None:
    """What is registered stamps every record, and gives the trace where no span is current."""
    text = """
import logging
from opentelemetry import trace
from otel_voice.logs import context
context.register(lambda: context.LogContext({"voice.conversation.id": "c1"}, trace_id=0xabc, span_id=0xdef))
log = logging.getLogger("agent")
log.info("outside")
with trace.get_tracer("t").start_as_current_span("call"): log.info("inside")
"""
    run_against(sink.endpoint, text)
    outside, inside = sink.logs()
    assert [log.attributes["voice.conversation.id"] for log in (outside, inside)] == ["c1", "c1"]
    assert (int(outside.trace_id, 16), int(outside.span_id, 16)) == (0xABC, 0xDEF)
    assert inside.span_id == sink.spans()[0].span_id


def test_levels_of_the_program_hold(sink: Sink, run_against: Run) -> None:
    """What the program does not want logged is not exported, nor what is below OTEL_VOICE_LOG_LEVEL."""
    text = """
import logging
logging.getLogger("quiet").setLevel("ERROR"); logging.getLogger("quiet").warning("not wanted")
logging.getLogger("loud").setLevel("DEBUG"); logging.getLogger("loud").debug("below INFO")
logging.getLogger("agent").info("wanted")
logging.basicConfig(level="ERROR"); logging.getLogger("agent").warning("not wanted any more")
"""
    run_against(sink.endpoint, text)
    assert [log.body for log in sink.logs()] == ["wanted"]


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION": "true"},
        {"OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED": "true"},
        {"OTEL_PYTHON_LOG_CORRELATION": "true"},
    ],
    ids=str,
)
def test_no_record_arrives_twice(env: dict[str, str], sink: Sink, run_against: Run) -> None:
    """Ours or the official handler exports a record, never both."""
    run_against(sink.endpoint, "import logging; logging.getLogger('agent').warning('once')", **env)
    assert [log.body for log in sink.logs()] == ["once"]


def test_correlation_still_works(sink: Sink, run_against: Run) -> None:
    """OTEL_PYTHON_LOG_CORRELATION puts trace ids into the console line, as the official package does."""
    text = """
import logging
from opentelemetry import trace
with trace.get_tracer("t").start_as_current_span("call"): logging.getLogger("agent").info("hello")
"""
    ended = run_against(sink.endpoint, text, OTEL_PYTHON_LOG_CORRELATION="true")
    [span], [log] = sink.spans(), sink.logs()
    assert f"trace_id={span.trace_id} span_id={span.span_id}" in ended.err
    assert "otelTraceID" not in log.attributes


@pytest.mark.parametrize(
    "env",
    [{"OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION": "false"}, {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "asyncio, logging"}],
    ids=str,
)
def test_logs_may_be_left_alone(env: dict[str, str], sink: Sink, run_against: Run) -> None:
    """The switches of the official instrumentation switch ours off, and logging is untouched."""
    text = """
import logging
logging.getLogger("agent").error("mine")
print(logging.root.level, "filter" in vars(logging.Logger))
"""
    assert run_against(sink.endpoint, text, **env).out == "30 False\n"
    assert sink.logs() == []


@pytest.mark.parametrize("env", [{}, {"OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION": "true"}], ids=str)
def test_a_failing_export_is_not_exported(env: dict[str, str], sink: Sink, run_against: Run) -> None:
    """What the SDK says about traces that do not arrive stays out of the logs that do."""
    with refusing() as nowhere:
        text = """
import logging
from opentelemetry import trace
trace.get_tracer("t").start_span("lost").end(); trace.get_tracer_provider().force_flush()
logging.getLogger("agent").warning("mine")
"""
        ended = run_against(
            sink.endpoint,
            text,
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=nowhere,
            OTEL_EXPORTER_OTLP_TIMEOUT="1",
            **env,
        )
    assert [log.body for log in sink.logs()] == ["mine"]
    assert len(ended.telemetry_lines()) >= 1


def test_a_record_that_cannot_be_exported_harms_nobody(sink: Sink, run_against: Run) -> None:
    """Extras whose text cannot be made, and messages that do not fit, still arrive as far as they can."""
    text = """
import logging
class Odd:
    def __str__(self): raise RuntimeError("no text")
log = logging.getLogger("agent")
log.info("odd", extra={"odd": Odd(), "audio": b"\\x00" * 3200}); log.info("%d", "many"); log.info(Odd())
"""
    ended = run_against(sink.endpoint, text)
    assert (ended.status, ended.err) == (0, "")
    assert [log.body for log in sink.logs()] == ["odd", "%d", "<Odd>"]
    assert sink.logs()[0].attributes["audio"] == "<3200 bytes>"


def test_uninstall_restores_everything(sink: Sink, run_against: Run) -> None:
    """After uninstall() logging is as Python made it."""
    text = """
import logging
from otel_voice.logs.stdlib import StdlibBridge
bridge = StdlibBridge(str); bridge.install(); bridge.install()
logging.getLogger("agent").info("exported")
bridge.uninstall(); bridge.uninstall()
logging.getLogger("agent").info("not exported")
print(logging.root.level, type(logging.root.level).__name__, "filter" in vars(logging.Logger))
"""
    ended = run_against(sink.endpoint, text, OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="logging")
    assert ended.out == "30 int False\n"
    assert [log.body for log in sink.logs()] == ["exported"]
