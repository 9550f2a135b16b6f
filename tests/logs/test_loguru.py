"""loguru's records are exported whole, and loguru is what it was."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from loguru import logger

from tests.logs.conftest import Begin, bodies
from tests.signals import Signals


def test_a_record_arrives_whole(begin: Begin, signals: Signals) -> None:
    """Severity, place, message and what was bound; also under names that records have themselves."""
    begin()
    with signals.tracer_provider.get_tracer("t").start_as_current_span("call"):
        logger.bind(call=7, name="Ada", message="m", level=3).warning("hello {}", "there", tries=2)
    [log], [span] = signals.logs(), signals.spans()
    record = log.log_record
    assert (record.body, record.severity_text, record.severity_number.value) == ("hello there", "WARN", 13)
    assert log.instrumentation_scope.name == __name__
    assert (record.trace_id, record.span_id) == (span.context.trace_id, span.context.span_id)
    attributes = dict(record.attributes)
    assert attributes.pop("code.file.path") == __file__
    assert attributes.pop("code.line.number") > 0
    assert attributes == {
        "code.function.name": "test_a_record_arrives_whole",
        "call": 7,
        "name": "Ada",
        "message": "m",
        "level": 3,
        "tries": 2,
        "voice.log.category": "app",
    }


def test_an_exception_has_its_stack(begin: Begin, signals: Signals) -> None:
    """As logger.exception() and logger.catch() tell it; an error is of category error."""
    begin()

    @logger.catch
    def fails() -> None:
        raise ValueError("no line")

    fails()
    [log] = signals.logs()
    attributes = log.log_record.attributes
    assert (attributes["exception.type"], attributes["exception.message"]) == ("ValueError", "no line")
    assert "in fails" in attributes["exception.stacktrace"]
    assert attributes["voice.log.category"] == "error"


@pytest.mark.parametrize(
    ("level", "severity"), [("TRACE", 1), ("DEBUG", 5), ("SUCCESS", 12), ("CRITICAL", 21), (33, 16)], ids=str
)
def test_levels_of_loguru_have_a_severity(begin: Begin, signals: Signals, level: Any, severity: int) -> None:
    begin(log_level=1)
    logger.log(level, "m")
    assert [log.log_record.severity_number.value for log in signals.logs()] == [severity]


def test_the_sinks_are_the_programs_alone(begin: Begin, signals: Signals) -> None:
    """The same text and the same ids with us and without; remove() takes nothing of ours away."""

    def program() -> tuple[str, int, str]:
        written = io.StringIO()
        number = logger.add(written, format="{level} {name}:{function}:{extra[a]} {message}", level="WARNING")
        logger.bind(a=1).info("not shown")
        logger.bind(a=1).warning("shown {}", 1)
        listed = repr(logger)
        logger.remove()
        logger.warning("to nobody")
        listed = listed.replace(f"id={number}", "id=").replace(repr(written), "a sink")
        return written.getvalue(), number, listed

    bare = program()
    begin()
    with_us = program()
    assert (with_us[0], with_us[2]) == (bare[0], bare[2])
    assert with_us[1] == bare[1] + 1
    assert bodies(signals) == ["not shown", "shown 1", "to nobody"]


def test_a_message_that_nobody_shows_raises_nothing(begin: Begin, signals: Signals) -> None:
    """Below every sink's level loguru formats nothing, so that nothing may fail because we want it formatted."""
    begin()
    logger.add(io.StringIO(), level="ERROR")
    logger.info("{missing}", other=1)
    with pytest.raises(KeyError):
        logger.error("{missing}", other=1)
    with pytest.raises(ValueError, match="does not exist"):
        logger.log("LOUD", "m")
    assert bodies(signals) == []


def test_a_disabled_module_is_not_exported(begin: Begin, signals: Signals) -> None:
    begin()
    logger.disable(__name__)
    logger.info("not wanted")
    logger.enable(__name__)
    logger.info("wanted")
    assert bodies(signals) == ["wanted"]


class InterceptHandler(logging.Handler):
    """As loguru's documentation has it."""

    def emit(self, record: logging.LogRecord) -> None:
        frame, depth = logging.currentframe(), 0
        while frame and (depth == 0 or frame.f_code.co_filename == logging.__file__):
            frame = frame.f_back  # type: ignore[assignment]
            depth += 1
        logger.opt(depth=depth, exception=record.exc_info).log(record.levelname, record.getMessage())


class PropagateHandler(logging.Handler):
    """As loguru's documentation has it."""

    def emit(self, record: logging.LogRecord) -> None:
        logging.getLogger(record.name).handle(record)


def test_what_goes_from_stdlib_to_loguru_is_exported_once(begin: Begin, signals: Signals, root: logging.Logger) -> None:
    """By the documented handler; what loguru says by itself at that moment is not lost."""
    written = io.StringIO()
    root.addHandler(InterceptHandler())
    logger.add(written, format="{message}")
    begin()
    logging.getLogger("agent").warning("once %d", 1)
    logger.warning("once 1")
    assert bodies(signals) == ["once 1", "once 1"]
    assert [log.instrumentation_scope.name for log in signals.logs()] == ["agent", __name__]
    assert written.getvalue() == "once 1\nonce 1\n"


@pytest.mark.parametrize("enqueue", [False, True], ids=["at once", "enqueued"])
def test_what_goes_from_loguru_to_stdlib_is_exported_once(
    begin: Begin, signals: Signals, root: logging.Logger, enqueue: bool
) -> None:
    """By a handler as sink, with a format of its own, also on loguru's own thread; and by a function as sink."""
    begin()
    logger.add(PropagateHandler(), format="{level} {message}", enqueue=enqueue)
    logger.add(lambda message: logging.getLogger("by.function").warning(message.strip()), format="{message}")
    logger.bind(a=1).warning("once")
    logger.complete()
    assert [(log.log_record.body, log.log_record.attributes["a"]) for log in signals.logs()] == [("once", 1)]


def test_a_record_that_a_patcher_spoiled_harms_nobody(
    begin: Begin, signals: Signals, caplog: pytest.LogCaptureFixture
) -> None:
    """The program's own sinks take what they take; that we could not is told once."""
    begin()
    shown: list[str] = []
    logger.add(shown.append, format="shown")
    for _ in range(2):
        logger.patch(lambda record: record.update(message=None, file=None)).warning("m")
    assert shown == ["shown\n", "shown\n"]
    assert len([record for record in caplog.records if record.name == "otel_voice.export.logs"]) == 1


def test_uninstalled_is_as_it_was(begin: Begin, signals: Signals) -> None:
    """After the end nothing is heard, and loguru's classes are its own."""
    from loguru import _simple_sinks

    before = vars(type(logger))["_log"], _simple_sinks.StandardSink.write
    begin(log_format="json").end()
    logger.warning("not exported")
    assert (vars(type(logger))["_log"], _simple_sinks.StandardSink.write) == before
    assert bodies(signals) == []
