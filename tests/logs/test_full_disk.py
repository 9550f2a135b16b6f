"""A disk without room: whoever logs does not notice, what is not written is counted, and writing goes on after it."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog
from loguru import logger

from tests.logs.conftest import Begin
from tests.signals import Signals
from tests.stack.real.disks import filled, read_only, small_disk

RECORDS = 500


def by_stdlib(number: int) -> None:
    logging.getLogger("agent").warning("record %d", number)


def by_loguru(number: int) -> None:
    logger.warning("record {}", number)


def by_structlog(number: int) -> None:
    structlog.get_logger().warning(f"record {number}")


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("say", [by_stdlib, by_loguru, by_structlog])
def test_what_a_full_disk_does_not_take_is_counted(begin: Begin, signals: Signals, disk: Path, say: Any) -> None:
    """Each record is on file, whole and once, or in the count; over OTLP all arrive."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with small_disk(disk, mebibytes=1):
        logs = begin(log_dir=disk / "logs", log_burst=0)
        say(-1)
        logs.flush()
        with filled(disk):
            for number in range(RECORDS):
                say(number)
            logs.flush()
        say(RECORDS)
        logs.flush()
        written = [json.loads(line)["message"] for line in (disk / "logs/app/app.log").read_text().splitlines()]
        logs.end()
    [point] = signals.points("voice.log.dropped")
    assert point.attributes["voice.reason"] == "write_failed"
    assert len(signals.logs()) == len(written) + point.value == RECORDS + 2
    assert (written[0], written[-1]) == ("record -1", f"record {RECORDS}")
    assert len(set(written)) == len(written)


@pytest.mark.parametrize("say", [by_stdlib, by_loguru, by_structlog])
def test_what_an_unwritable_directory_does_not_take_is_counted(
    begin: Begin, signals: Signals, disk: Path, say: Any
) -> None:
    """Root included; from the moment on that it can be written it is."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logs = begin(log_dir=disk / "logs")
    with read_only(disk):
        say(0)
        logs.flush()
    say(1)
    logs.flush()
    written = [json.loads(line)["message"] for line in (disk / "logs/app/app.log").read_text().splitlines()]
    [point] = signals.points("voice.log.dropped")
    assert (point.value, point.attributes["voice.reason"]) == (1, "write_failed")
    assert written == ["record 1"]
