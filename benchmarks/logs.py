"""What a log call costs its caller, of what it costs with the official handler, in processor time within one run.

Eight threads, and two hundred tasks beside them, log as fast as they can into the SDK's own batch processor, whose
exporter takes everything. The processor time of the threads that log is measured: what is exported is redacted on the
thread that exports, as it is in a program; and, for comparison, by the caller, as it is where a program has a processor
of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

from benchmarks.result import BenchmarkError, Result
from otel_voice.export import border
from otel_voice.logs.deferred import deferred
from otel_voice.logs.logs import Logs
from otel_voice.logs.values import Redact
from otel_voice.settings import Settings
from otel_voice.telemetry.redaction import redact

ROUNDS = 5
THREADS = 8
TASKS = 200
RECORDS = 4_000

_log = logging.getLogger("agent.calls")
_numbers = itertools.count()


def measure() -> list[Result]:
    """In a process of its own, ours and the official handler in turn."""
    done = subprocess.run((sys.executable, "-m", "benchmarks.logs"), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"the logs benchmark failed:\n{done.stderr[-3000:]}")
    one, many, redacting = (float(text) for text in done.stdout.split())
    return [
        Result("a log call, of one with the official handler", one, "x"),
        Result(f"{RECORDS:,} log calls of {THREADS} threads and {TASKS} tasks, of the official handler's", many, "x"),
        Result("a log call that redacts, beside a processor of the program's own", redacting, "x"),
    ]


class _Taking:
    """An exporter that takes everything."""

    def export(self, batch: object) -> None:
        return None

    def shutdown(self) -> None:
        return None

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


def compared(work: Callable[[], float], redacted: Redact | None = None) -> float:
    """The median of the ratios of ours to the official handler's, over the same work next to it."""
    provider = LoggerProvider(shutdown_on_exit=False)
    # The queue holds all, or what is measured would be the warning about what does not fit in.
    provider.add_log_record_processor(BatchLogRecordProcessor(_Taking(), max_queue_size=2 * RECORDS))  # type: ignore[arg-type]
    ratios = []
    border.guard(provider)
    for _ in range(ROUNDS):
        official, ours = _official(provider, work), _ours(provider, work, redacted or deferred(redact, provider))
        ratios.append(ours / official)
    provider.shutdown()
    return statistics.median(ratios)


def _official(provider: LoggerProvider, work: Callable[[], float]) -> float:
    handler = LoggingHandler(logger_provider=provider, log_code_attributes=True)
    logging.root.addHandler(handler)
    try:
        return work()
    finally:
        logging.root.removeHandler(handler)


def _ours(provider: LoggerProvider, work: Callable[[], float], redacted: Redact) -> float:
    logs = Logs(Settings(log_burst=10 * RECORDS), redacted, provider)
    logs.stdlib.install()
    try:
        return work()
    finally:
        logs.end()


def one_thread() -> float:
    """Records as an agent writes them."""
    return _say(RECORDS // 10)


def crowd() -> float:
    """Half of the records by threads, half by tasks of one loop."""
    spent: list[float] = []
    threads = [threading.Thread(target=lambda: spent.append(_say(RECORDS // 2 // THREADS))) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    began = time.thread_time()
    asyncio.run(_tasks())
    spent.append(time.thread_time() - began)
    for thread in threads:
        thread.join()
    return sum(spent)


async def _tasks() -> None:
    async def task() -> None:
        for _ in range(RECORDS // 2 // TASKS):
            _say(1)
            await asyncio.sleep(0)

    await asyncio.gather(*(task() for _ in range(TASKS)))


def _say(times: int) -> float:
    """Processor time of this thread, in seconds."""
    extra: dict[str, Any] = {"call": "a1b2c3", "attempt": 2}
    began = time.thread_time()
    for _ in range(times):  # no two messages are alike: a text that was found clean is remembered
        _log.info("turn %d of %s answered in %.3f s", next(_numbers), "caller", 0.734, extra=extra)
    return time.thread_time() - began


if __name__ == "__main__":
    logging.root.setLevel(logging.INFO)
    logging.root.addHandler(logging.NullHandler())
    sys.stdout.write(f"{compared(one_thread)} {compared(crowd)} {compared(one_thread, redact)}\n")
