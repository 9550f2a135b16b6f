from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import loguru
import pytest
import structlog

from otel_voice.logs.logs import Logs
from otel_voice.settings import Settings
from otel_voice.telemetry.redaction import redact
from tests.signals import Signals

Begin = Callable[..., Logs]


@pytest.fixture
def begin(signals: Signals) -> Iterator[Begin]:
    """begin(log_level=..., ...): logs as these settings say, of all three libraries, into `signals`."""
    begun: list[Logs] = []

    def begin(**settings: Any) -> Logs:
        logs = Logs(Settings(**settings), redact, signals.logger_provider, signals.meter_provider)
        begun.append(logs)
        logs.begin()
        logs.stdlib.install()
        logs.imported(loguru)
        logs.imported(structlog)
        return logs

    loguru.logger.remove()
    yield begin
    for logs in begun:
        logs.end()
    loguru.logger.remove()
    structlog.reset_defaults()


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, whose handlers and level are put back after the test."""
    handlers, level = list(logging.root.handlers), logging.root.level
    yield logging.root
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def bodies(signals: Signals) -> list[Any]:
    return [log.log_record.body for log in signals.logs()]
