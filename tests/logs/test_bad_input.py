"""Whatever a program logs is exported as well as can be, and nothing comes back to it."""

from __future__ import annotations

import json
import logging
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from loguru import logger

from otel_voice.logs.intake import Told
from otel_voice.logs.rendering import JsonLines
from otel_voice.logs.values import LENGTH, clean, told
from otel_voice.telemetry.redaction import redact
from tests.logs.conftest import Begin
from tests.signals import Signals


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Endless(dict[str, int]):
    def items(self) -> Any:
        def pairs() -> Iterator[tuple[str, int]]:
            number = 0
            while True:
                number += 1
                yield str(number), number

        return pairs()


class Changing(dict[str, int]):
    def items(self) -> Any:
        raise RuntimeError("dictionary changed size during iteration")


def recursive() -> dict[str, Any]:
    value: dict[str, Any] = {"a": [1]}
    value["a"].append(value)
    value["itself"] = value
    return value


VALUES: dict[str, Callable[[], Any]] = {
    "no text": Odd,
    "recursive": recursive,
    "deep": lambda: json.loads("[" * 900 + "]" * 900),
    "wide": lambda: [[list(range(30))] * 30] * 30,
    "endless": Endless,
    "changing": Changing,
    "a megabyte": lambda: "é" * 1_000_000,
    "bytes": lambda: b"\xff" * 1000,
    "half a surrogate pair": lambda: "a\ud800b",
    "not a number": lambda: math.nan,
    "infinite": lambda: -math.inf,
    "a big number": lambda: 10**30,
    "a lock": threading.Lock,
    "keys that are no text": lambda: {1: 2, None: 3, Odd(): 4, "\udfff": 5},
    "nothing": lambda: None,
    "NUL": lambda: "\x00",
}


@pytest.mark.parametrize("name", VALUES)
def test_any_value_is_exported(begin: Begin, signals: Signals, name: str) -> None:
    """As message, argument and extra, by each library; what comes out can be encoded as OTLP and as JSON, in bounds."""
    from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs

    begin(log_level=logging.DEBUG)
    value = VALUES[name]()
    log = logging.getLogger("agent")
    log.info(value)
    log.info("%s", value)
    log.info("extra", extra={"value": value})
    logger.bind(value=value).info("bound")
    structlog.wrap_logger(structlog.ReturnLogger(), processors=[lambda *_: "text"]).info("event", value=value)
    assert len(signals.logs()) == 5
    assert len(encode_logs(signals.logs()).SerializeToString()) < 20 * LENGTH
    for each in signals.logs():
        line = JsonLines({}).line(Told("agent", each.log_record))
        assert json.loads(line, parse_constant=pytest.fail)["logger"] == "agent"
        line.encode()


def test_reserved_names_are_no_matter(begin: Begin, signals: Signals) -> None:
    """Where the standard library refuses an extra, its error is the program's; others refuse none."""
    begin()
    with pytest.raises(KeyError):
        logging.getLogger("agent").warning("m", extra={"message": "x"})
    logger.bind(msg="x", exc_info="y", args=(1,)).info("bound")
    [log] = signals.logs()
    attributes = log.log_record.attributes
    assert (attributes["msg"], attributes["exc_info"], attributes["args"]) == ("x", "y", (1,))


def test_a_long_text_is_cut_after_it_is_redacted() -> None:
    """No half of a secret is left at the cut, wherever the secret lies and however much of the text is redacted."""
    secret = "sk-proj-" + "a1B2" * 30
    for place in range(LENGTH - len(secret) - 10, LENGTH + 10, 7):
        text = "." * place + " " + secret + " " + "." * LENGTH
        assert "a1B2" not in told(text, redact)
    for length in range(1, 12):  # wherever an address is cut
        text = f"someone@example.com{' ' * length}" * (2 * LENGTH // 20)
        assert "someone" not in told(text, redact)
    assert told("." * LENGTH, redact) == "." * LENGTH
    assert told("." * (LENGTH + 1), redact).endswith(f"[{LENGTH + 1} characters]")


def test_a_value_is_redacted_in_all_its_depth() -> None:
    key = "sk-proj-" + "a1B2" * 8
    cleaned = clean({"a": [{"b": (key, {key})}], key: Exception(key), "deep": [[[[[key]]]]]}, redact)
    assert "a1B2" not in str(cleaned)


def test_a_failure_of_ours_is_told_once(
    begin: Begin, signals: Signals, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = begin()

    def fails(_: object) -> None:
        raise OSError("broken")

    monkeypatch.setattr(logs.intake, "_named", fails)
    for _ in range(3):
        logging.getLogger("agent").warning("m")
        logger.warning("m")
    told = [record.getMessage() for record in caplog.records if record.name == "otel_voice.export.logs"]
    assert told == [
        "otel_voice: a log record was not exported or formatted: OSError: broken. More of this kind are not told."
    ]


def test_a_log_call_inside_the_export_is_no_loop(begin: Begin, signals: Signals) -> None:
    """What is logged while a record is exported, by an object's own text or by a processor, is counted instead."""

    class Chatty:
        def __str__(self) -> str:
            logging.getLogger("agent").warning("inside")
            return "chatty"

    begin()
    logging.getLogger("agent").warning("outside", extra={"value": Chatty()})
    assert [log.log_record.body for log in signals.logs()] == ["outside"]
    [point] = signals.points("voice.log.dropped")
    assert (point.value, point.attributes["voice.reason"]) == (1, "reentrant")


@pytest.mark.parametrize("settings", [{}, {"log_format": "json"}], ids=["OTLP", "console"])
def test_no_part_of_a_record_costs_its_batch(
    begin: Begin, signals: Signals, root: logging.Logger, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    """A path that is no UTF-8, a logger, a level and an event without characters: all of it can be encoded and told."""
    from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs

    root.handlers[:] = [logging.StreamHandler()]
    key = "sk-proj-" + "a1B2" * 8
    begin(**settings)
    fields = {
        "name": f"agent.\ud800.{key}",
        "levelname": "\ud800",
        "levelno": 30,
        "msg": "m",
        "event.name": f"\udfff {key}",
    }
    record = logging.makeLogRecord({**fields, "pathname": "/\udcff/a.py", "funcName": "\udcff", "lineno": 3})
    logging.getLogger("agent").handle(record)
    sent = encode_logs(signals.logs()).SerializeToString()
    shown = capsys.readouterr().err
    assert len(signals.logs()) == 1
    assert key not in shown
    assert key.encode() not in sent
    shown.encode()
