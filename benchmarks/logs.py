"""What a log call costs its caller, of what it costs with the official handler, in processor time within one run.

Eight threads, and two hundred tasks beside them, log as fast as they can into the SDK's own batch processor, whose
exporter takes everything: what is measured is the caller's side and what it makes of the interpreter.
"""

from __future__ import annotations

import asyncio
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
from otel_voice.logs.logs import Logs
from otel_voice.logs.values import Redact
from otel_voice.settings import Settings
from otel_voice.telemetry.redaction import redact

ROUNDS = 5
THREADS = 8
TASKS = 200
RECORDS = 4_000

_log = logging.getLogger("agent.calls")


def measure() -> list[Result]:
    """In a process of its own, ours and the official handler in turn."""
    done = subprocess.run((sys.executable, "-m", "benchmarks.logs"), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"the logs benchmark failed:\n{done.stderr[-3000:]}")
    one, bare, many = (float(text) for text in done.stdout.split())
    return [
        Result("a log call, of one with the official handler", one, "x"),
        Result("the same with nothing redacted, as the official handler does it", bare, "x"),
        Result(f"{RECORDS:,} log calls of {THREADS} threads and {TASKS} tasks, of the official handler's", many, "x"),
    ]


class _Taking:
    """An exporter that takes everything."""

    def export(self, batch: object) -> None:
        return None

    def shutdown(self) -> None:
        return None

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


def compared(work: Callable[[], None], redacted: Redact = redact) -> float:
    """The median of the ratios of ours to the official handler's, over the same work next to it."""
    provider = LoggerProvider(shutdown_on_exit=False)
    # The queue holds all, or what is measured would be the warning about what does not fit in.
    provider.add_log_record_processor(BatchLogRecordProcessor(_Taking(), max_queue_size=2 * RECORDS))  # type: ignore[arg-type]
    ratios = []
    for _ in range(ROUNDS):
        official, ours = _official(provider, work), _ours(provider, work, redacted)
        ratios.append(ours / official)
    provider.shutdown()
    return statistics.median(ratios)


def _official(provider: LoggerProvider, work: Callable[[], None]) -> float:
    handler = LoggingHandler(logger_provider=provider, log_code_attributes=True)
    logging.root.addHandler(handler)
    try:
        return _seconds(work)
    finally:
        logging.root.removeHandler(handler)


def _ours(provider: LoggerProvider, work: Callable[[], None], redacted: Redact) -> float:
    logs = Logs(Settings(log_burst=10 * RECORDS), redacted, provider)
    logs.stdlib.install()
    try:
        return _seconds(work)
    finally:
        logs.end()


def _seconds(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def one_thread() -> None:
    """Records as an agent writes them."""
    _say(RECORDS // 10)


def crowd() -> None:
    """Half of the records by threads, half by tasks of one loop."""
    threads = [threading.Thread(target=_say, args=(RECORDS // 2 // THREADS,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    asyncio.run(_tasks())
    for thread in threads:
        thread.join()


async def _tasks() -> None:
    async def task() -> None:
        for _ in range(RECORDS // 2 // TASKS):
            _say(1)
            await asyncio.sleep(0)

    await asyncio.gather(*(task() for _ in range(TASKS)))


def _say(times: int) -> None:
    extra: dict[str, Any] = {"call": "a1b2c3", "attempt": 2}
    for number in range(times):
        _log.info("turn %d of %s answered in %.3f s", number, "caller", 0.734, extra=extra)


if __name__ == "__main__":
    logging.root.setLevel(logging.INFO)
    logging.root.addHandler(logging.NullHandler())
    sys.stdout.write(f"{compared(one_thread)} {compared(one_thread, str)} {compared(crowd)}\n")
