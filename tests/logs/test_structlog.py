"""structlog's events are exported with what was bound to them, once, however they are rendered."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
import structlog

from tests.logs.conftest import Begin, bodies
from tests.signals import Signals


def printing(written: io.StringIO, *processors: Any) -> Any:
    """A logger that writes to `written`."""
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *processors],
        logger_factory=structlog.PrintLoggerFactory(written),
    )
    return structlog.get_logger()


def test_an_event_arrives_whole(begin: Begin, signals: Signals) -> None:
    """Severity, place, event and context, bound and of context variables; the printed line is the program's."""
    begin()
    written = io.StringIO()
    log = printing(written, structlog.processors.TimeStamper(), structlog.processors.JSONRenderer())
    with structlog.contextvars.bound_contextvars(call=7):
        log.bind(caller="Ada").warning("it rings", times=3)
    [told] = signals.logs()
    record = told.log_record
    assert (record.body, record.severity_text) == ("it rings", "WARN")
    assert told.instrumentation_scope.name == __name__
    attributes = dict(record.attributes)
    assert attributes.pop("code.file.path") == __file__
    assert attributes.pop("code.line.number") > 0
    assert attributes == {
        "code.function.name": "test_an_event_arrives_whole",
        "call": 7,
        "caller": "Ada",
        "times": 3,
        "voice.log.category": "app",
    }
    printed = json.loads(written.getvalue())
    assert printed.pop("timestamp") > 0
    assert printed == {"call": 7, "caller": "Ada", "times": 3, "event": "it rings", "level": "warning"}


def test_an_exception_has_its_stack(begin: Begin, signals: Signals) -> None:
    """Also where a processor has made text of it before us."""
    begin()
    log = printing(io.StringIO(), structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    try:
        raise ValueError("no line")
    except ValueError:
        log.exception("failed")
    [told] = signals.logs()
    attributes = told.log_record.attributes
    assert (attributes["exception.type"], attributes["exception.message"]) == ("ValueError", "no line")
    assert "Traceback" in attributes["exception.stacktrace"]
    assert "exception" not in attributes
    assert attributes["voice.log.category"] == "error"


async def test_the_asynchronous_methods_know_their_caller(begin: Begin, signals: Signals) -> None:
    """They run on another thread, with the span and the line of who awaits them."""
    begin()
    log = printing(io.StringIO(), structlog.processors.JSONRenderer())
    with signals.tracer_provider.get_tracer("t").start_as_current_span("call"):
        await log.ainfo("later")
    [told], [span] = signals.logs(), signals.spans()
    assert told.log_record.attributes["code.function.name"] == "test_the_asynchronous_methods_know_their_caller"
    assert told.log_record.span_id == span.context.span_id


def drop(*_: Any) -> Any:
    raise structlog.DropEvent


def test_what_a_processor_drops_is_not_exported(begin: Begin, signals: Signals) -> None:
    begin()
    printing(io.StringIO(), drop, structlog.processors.JSONRenderer()).info("not wanted")
    assert bodies(signals) == []


RENDERERS: dict[str, list[Any]] = {
    "as JSON": [structlog.processors.JSONRenderer()],
    "as arguments": [structlog.stdlib.render_to_log_kwargs],
    "by a formatter": [structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
}


@pytest.mark.parametrize("how", RENDERERS)
def test_what_goes_through_stdlib_is_exported_once(
    begin: Begin, signals: Signals, root: logging.Logger, how: str
) -> None:
    """As structlog knew it, at the level that the standard library allows, under the name of its logger."""
    begin()
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.add_logger_name, *RENDERERS[how]],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    log = structlog.get_logger("agent.calls").bind(call=7)
    logging.getLogger("agent").setLevel(logging.ERROR)
    try:
        log.warning("not wanted")
        log.error("it rings", times=3)
    finally:
        logging.getLogger("agent").setLevel(logging.NOTSET)
    [told] = signals.logs()
    assert (told.log_record.body, told.instrumentation_scope.name) == ("it rings", "agent.calls")
    attributes = dict(told.log_record.attributes)
    assert (attributes["call"], attributes["times"]) == (7, 3)
    assert attributes["code.function.name"] == "test_what_goes_through_stdlib_is_exported_once"


def test_what_stdlib_says_after_that_is_its_own(begin: Begin, signals: Signals) -> None:
    """A record with the same text is not taken for the event that was rendered before."""
    begin()
    structlog.configure(
        processors=[structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    text = "the same"
    structlog.get_logger("agent").error(text, call=7)
    logging.getLogger("agent").error(text)
    assert ["call" in log.log_record.attributes for log in signals.logs()] == [True, False]


def test_uninstalled_is_as_it_was(begin: Begin, signals: Signals) -> None:
    from structlog._base import BoundLoggerBase

    before = BoundLoggerBase._process_event, BoundLoggerBase._proxy_to_logger
    begin().end()
    printing(io.StringIO(), structlog.processors.JSONRenderer()).warning("not exported")
    assert (BoundLoggerBase._process_event, BoundLoggerBase._proxy_to_logger) == before
    assert bodies(signals) == []


def test_levels_are_severities(begin: Begin, signals: Signals) -> None:
    """By the name of the method, or the level that a processor gave it."""
    begin(log_level=logging.DEBUG)
    log = printing(io.StringIO(), structlog.processors.JSONRenderer())
    for method in ("debug", "info", "warning", "error", "critical"):
        getattr(log, method)(method)
    assert [log.log_record.severity_number.value for log in signals.logs()] == [5, 9, 13, 17, 21]
    assert [log.log_record.severity_text for log in signals.logs()] == ["DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
