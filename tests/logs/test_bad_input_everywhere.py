"""Bad input by each library to each output: every record is there, as well as can be told, and nothing is raised.

Where a library itself refuses a value (the standard library a reserved name in `extra`, loguru a message without text),
its error is the program's with us and without.
"""

from __future__ import annotations

import io
import json
import logging
import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from loguru import logger
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs

from otel_voice.logs.logs import Logs
from otel_voice.logs.values import LENGTH
from tests.logs.conftest import Begin
from tests.signals import Signals


class Odd(Exception):  # noqa: N818 - what is odd is any object
    """Has no text, and no place to look at."""

    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


def recursive() -> Any:
    value: dict[Any, Any] = {"a": [1]}
    value["a"] += [value, value["a"]]
    return {"itself": value, "again": value}


VALUES: dict[str, Callable[[], Any]] = {
    "its text raises": Odd,
    "recursive": recursive,
    "a megabyte": lambda: "é" * 1_000_000,
    "half a surrogate pair": lambda: "a\ud800b\udfff",
    "bytes that are no UTF-8": lambda: b"\xff\xfe" * 100,
    "not a number": lambda: math.nan,
    "infinite, nested": lambda: {"a": [math.inf, {"b": -math.inf}]},
    "keys that are no text": lambda: {1: 2, None: 3, Odd(): 4, "": 5, "\udfff": 6},
    "control characters": lambda: "a\x00b\r\nc\x1b[31md\u2028e",
    "a number too big": lambda: 10**400,
}

KEY = "sk-proj-" + "a1B2" * 8

# Names that records, formats of ours, or OpenTelemetry use themselves; those the standard library refuses are apart.
RESERVED: dict[str, Any] = {
    "": "no name",
    "\udfff": "no character",
    KEY: "a secret",
    "timestamp": "never",
    "level": Odd(),
    "logger": 7,
    "error": "none",
    "extra": {"extra": 1},
    "service": None,
    "trace_id": "mine",
    "line": "many",
    "component": Odd(),
    "correlation_id": 10**30,
    "event.name": Odd(),
    "otelTraceID": 1,
    "voice.log.category": ["audit"],
    "code.line.number": "x",
    "exception.type": 5,
    "exception.message": [Odd()],
    "voice.conversation.id": {"a": 1},
    "_record": 1,
    "_logger": 2,
}
OF_RECORDS: dict[str, Any] = {"name": 1, "args": Odd(), "exc_info": "none", "levelno": "x", "stack_info": 3}


def by_stdlib(value: Any, reserved: dict[str, Any]) -> int:
    log = logging.getLogger("agent")
    log.info(value)
    log.info("%s and %d", value, value)
    log.info("extra", extra={"value": value, 1: 2, None: 3, Odd: 4, **reserved})
    try:
        raise Odd from ValueError(value)
    except Odd:
        log.exception("failed", extra={"value": value})
    return 4


def by_loguru(value: Any, reserved: dict[str, Any]) -> int:
    logger.info(value if isinstance(value, str) else "bound")
    logger.bind(value=value, **reserved, **OF_RECORDS).info("bound")
    try:
        raise Odd from ValueError(value)
    except Odd:
        logger.bind(value=value).exception("failed")
    return 3


def by_structlog(value: Any, reserved: dict[str, Any]) -> int:
    log = structlog.get_logger()
    log.info(value if isinstance(value, str) else "event")
    log.info("event", value=value, **reserved, **OF_RECORDS)
    try:
        raise Odd from ValueError(value)
    except Odd:
        log.exception("failed", value=value)
    return 3


Say = Callable[[Any, dict[str, Any]], int]
LIBRARIES: dict[str, Say] = {"stdlib": by_stdlib, "loguru": by_loguru, "structlog": by_structlog}


class Output(ABC):
    """Where records go, and what of them is found there: `lines` fails for what no reader could read."""

    settings: dict[str, Any] = {}

    def __init__(self, signals: Signals, directory: Path) -> None:
        self.signals = signals
        self.directory = directory

    @abstractmethod
    def lines(self, logs: Logs, shown: str) -> list[Any]: ...


class Otlp(Output):
    def lines(self, logs: Logs, shown: str) -> list[Any]:
        assert KEY not in str([log.log_record.attributes for log in self.signals.logs()])
        each = [encode_logs([log]).SerializeToString() for log in self.signals.logs()]
        assert max(map(len, each)) < 12 * LENGTH
        return each


class JsonConsole(Output):
    settings = {"log_format": "json"}

    def lines(self, logs: Logs, shown: str) -> list[Any]:
        return [read(line) for line in shown.split("\n") if line]


class ReadableConsole(Output):
    settings = {"log_format": "readable"}

    def lines(self, logs: Logs, shown: str) -> list[Any]:
        shown.encode()
        return [line for line in shown.split("\n") if line.startswith("20") and (" INFO " in line or " ERROR " in line)]


class Files(Output):
    @property
    def settings(self) -> dict[str, Any]:  # type: ignore[override]
        return {"log_dir": self.directory}

    def lines(self, logs: Logs, shown: str) -> list[Any]:
        logs.flush()
        assert KEY not in "".join(path.read_text() for path in self.directory.glob("*/*.log"))
        texts = [path.read_bytes().decode() for path in self.directory.glob("*/*.log")]
        return [read(line) for text in texts for line in text.split("\n") if line]


OUTPUTS = {"OTLP": Otlp, "console, readable": ReadableConsole, "console, JSON": JsonConsole, "file": Files}


def read(line: str) -> Any:
    """A line as a strict reader of JSON takes it."""
    told = json.loads(line, parse_constant=pytest.fail)
    assert {"timestamp", "level", "logger", "message"} <= set(told)
    assert isinstance(told.get("extra", {}), dict)
    return told


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("bad", [*VALUES, "reserved names"])
def test_every_record_is_there(
    begin: Begin,
    signals: Signals,
    tmp_path: Path,
    root: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    output: str,
    bad: str,
) -> None:
    """Once, whole enough to be read, and without a complaint of ours."""
    shown = io.StringIO()
    monkeypatch.setattr("sys.stderr", shown)
    complaints: list[str] = []
    monkeypatch.setattr("otel_voice.logs.intake.Intake.tell_failure", lambda _, error: complaints.append(repr(error)))
    place = OUTPUTS[output](signals, tmp_path)
    logs = begin(log_level=logging.INFO, **place.settings)
    root.handlers[:] = [logging.StreamHandler()]
    root.setLevel(logging.INFO)
    logger.add(sys.stderr, format="{message}")
    structlog.configure(processors=[lambda *_: "text"], logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    said = LIBRARIES[library](*((VALUES[bad](), {}) if bad in VALUES else ("value", RESERVED)))
    assert complaints == []
    assert KEY not in shown.getvalue()
    assert len(place.lines(logs, shown.getvalue())) == said
