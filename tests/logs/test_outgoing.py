"""What the SDK loses on the way out is counted, record by record; what it keeps is as it was."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

from otel_voice.export import border
from otel_voice.logs.logs import Logs
from otel_voice.settings import Settings
from otel_voice.telemetry.redaction import redact
from tests.signals import Signals

THREADS, EACH = 8, 500


class _Result:
    def __init__(self, name: str) -> None:
        self.name = name


class Exporter:
    """Takes what comes once it is let; says `result` to each batch."""

    def __init__(self, result: str = "SUCCESS") -> None:
        self.open = threading.Event()
        self.bodies: list[Any] = []
        self._result = result

    def export(self, batch: Sequence[Any]) -> Any:
        assert self.open.wait(30)
        if self._result == "raise":
            raise OSError("no line")
        self.bodies += [each.log_record.body for each in batch]
        return _Result(self._result)

    def shutdown(self) -> None:
        self.open.set()

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


Begin = Callable[..., Logs]


@pytest.fixture
def through(signals: Signals) -> Iterator[Callable[[Exporter], LoggerProvider]]:
    """through(exporter): stdlib's records leave by a batch processor with a queue of 64 and this exporter."""
    begun: list[tuple[LoggerProvider, Logs]] = []

    def through(exporter: Exporter) -> LoggerProvider:
        provider = LoggerProvider(shutdown_on_exit=False)
        border.guard(provider)
        logs = Logs(Settings(log_burst=0), redact, provider, signals.meter_provider)
        begun.append((provider, logs))
        logs.begin()
        # Added after we began: it is found all the same.
        provider.add_log_record_processor(
            BatchLogRecordProcessor(exporter, max_queue_size=64, max_export_batch_size=16)  # type: ignore[arg-type]
        )
        logs.stdlib.install()
        return provider

    yield through
    for provider, logs in begun:
        logs.end()
        provider.shutdown()


def lost(signals: Signals) -> dict[tuple[str, str], int]:
    points = signals.points("voice.log.dropped")
    return {(point.attributes["voice.log.category"], point.attributes["voice.reason"]): point.value for point in points}


def test_what_a_full_queue_lets_go_is_counted(signals: Signals, through: Callable[[Exporter], LoggerProvider]) -> None:
    """To the last one, whoever logs at the same moment; it is the oldest, as the SDK has it, and by its category."""
    exporter = Exporter()
    provider = through(exporter)
    log = logging.getLogger("agent")
    log.error("the first to go")
    log.error("and the second")

    def say(name: int) -> None:
        for number in range(EACH):
            log.warning("%d %d", name, number)

    threads = [threading.Thread(target=say, args=(name,)) for name in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    exporter.open.set()
    provider.force_flush()
    told = lost(signals)
    assert len(exporter.bodies) == len(set(exporter.bodies))
    assert len(exporter.bodies) + sum(told.values()) == THREADS * EACH + 2
    assert told.pop(("error", "queue_full"), 0) in (0, 2)  # gone with the first batch, or let go
    assert set(told) == {("app", "queue_full")}


@pytest.mark.parametrize("result", ["FAILURE", "raise"])
def test_a_batch_that_cannot_be_sent_is_counted(
    signals: Signals, through: Callable[[Exporter], LoggerProvider], result: str
) -> None:
    """Whether the exporter says so or raises; the SDK's own handling goes on as before."""
    exporter = Exporter(result)
    exporter.open.set()
    provider = through(exporter)
    for number in range(5):
        logging.getLogger("agent").warning("%d", number)
    logging.getLogger("agent").error("e")
    provider.force_flush()
    assert lost(signals) == {("app", "export_failed"): 5, ("error", "export_failed"): 1}


def test_what_arrives_is_not_counted(signals: Signals, through: Callable[[Exporter], LoggerProvider]) -> None:
    """And it leaves in the order in which it was said."""
    exporter = Exporter()
    exporter.open.set()
    provider = through(exporter)
    for number in range(50):
        logging.getLogger("agent").warning("%d", number)
    provider.force_flush()
    assert exporter.bodies == [str(number) for number in range(50)]
    assert lost(signals) == {}


def test_a_provider_of_another_kind_is_left_alone(signals: Signals) -> None:
    """Its losses are not counted, and nothing else changes."""

    class Odd(LoggerProvider):
        @property
        def _multi_log_record_processor(self) -> Any:
            raise AttributeError("moved")

        @_multi_log_record_processor.setter
        def _multi_log_record_processor(self, value: Any) -> None:
            pass

    provider = Odd(shutdown_on_exit=False)
    Logs(Settings(), redact, provider, signals.meter_provider).begin()
