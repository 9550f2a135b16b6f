"""Which records are wanted."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import structlog
from loguru import logger

from otel_voice.logs.thresholds import NEVER, Thresholds
from tests.logs.conftest import Begin, bodies
from tests.signals import Signals


@pytest.mark.parametrize(
    ("name", "threshold"),
    [
        ("agent", 20),
        ("agent.calls", 10),
        ("agent.calls.deep", 10),
        ("agent.callsigns", 20),
        ("noise", NEVER),
        ("noise.but.this", 20),
        ("noise.but.this.one", 20),
        ("otel_voice.export.logs", NEVER),
    ],
)
def test_the_longest_name_decides(name: str, threshold: float) -> None:
    thresholds = Thresholds(20, {"agent.calls": 10}, ["agent", "noise.but.this", "otel_voice"], ["noise"])
    assert thresholds.of(name) == threshold


def test_with_included_modules_no_other_is_wanted() -> None:
    thresholds = Thresholds(20, include=["agent"])
    assert [thresholds.of(name) for name in ("agent", "agent.a", "agency", "root")] == [20, 20, NEVER, NEVER]


def test_names_made_up_on_the_way_are_not_kept_for_ever() -> None:
    thresholds = Thresholds(20)
    for number in range(10_000):
        thresholds.of(f"call.{number}")
    assert len(thresholds._known) <= 4096


def test_a_logger_is_brought_to_life_for_us_alone(begin: Begin, signals: Signals, root: logging.Logger) -> None:
    """A level below the program's exports more, and shows its handlers nothing more; what it sets itself holds."""
    shown: list[str] = []

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown.append(record.getMessage())

    root.handlers[:] = [Shown()]
    root.setLevel(logging.ERROR)
    logs = begin(log_levels={"alive": logging.DEBUG})
    logging.getLogger("alive.part").debug("exported")
    logging.getLogger("alive").error("exported and shown")
    logging.getLogger("other").warning("neither")
    assert bodies(signals) == ["exported", "exported and shown"]
    assert shown == ["exported and shown"]
    logs.end()
    assert logging.getLogger("alive").level == logging.NOTSET


def by_loguru(module: str, level: str, message: str) -> None:
    logger.patch(lambda record: record.update(name=module)).log(level.upper(), message)


def by_structlog(module: str, level: str, message: str) -> None:
    getattr(structlog.get_logger().bind(logger=module), level)(message)


@pytest.mark.parametrize("say", [by_loguru, by_structlog])
def test_levels_and_modules_hold_for_every_library(begin: Begin, signals: Signals, say: Any) -> None:
    """The same names, whoever logs."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    begin(
        log_level=logging.WARNING,
        log_levels={"agent.calls": logging.DEBUG},
        log_include=("agent",),
        log_exclude=("agent.noise",),
    )
    say("agent.calls.deep", "debug", "of a level of its own")
    say("agent", "info", "below the level")
    say("agent", "warning", "wanted")
    say("agent.noise", "error", "excluded")
    say("httpx", "error", "not included")
    assert bodies(signals) == ["of a level of its own", "wanted"]
