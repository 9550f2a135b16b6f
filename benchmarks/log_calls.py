"""Instructions of a log call, of those with the official handler: `python -m benchmarks.log_calls` is what is measured.

Both write the same records into the SDK's batch processor, whose thread sleeps meanwhile: what is counted is what the
caller does.
"""

from __future__ import annotations

import gc
import itertools
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, InMemoryLogRecordExporter

import otel_voice
from benchmarks.marked import Work, counted, measured
from benchmarks.result import Result
from otel_voice.export import border
from otel_voice.logs.deferred import deferred
from otel_voice.logs.logs import Logs
from otel_voice.settings import Settings
from otel_voice.telemetry.redaction import redact

FEW, MANY = 20, 220
ROOM = 100_000
LIMIT = 1.3

_log = logging.getLogger("agent.calls")
_numbers = itertools.count(100_000)  # no two messages are alike, and all are as long


def plain(times: int) -> None:
    """A record as an agent writes them."""
    for _ in range(times):
        _log.info("turn %d of %s took %.3f s", next(_numbers), "call", 0.734, extra={"call": "a1b2c3", "attempt": 2})


def failing(times: int) -> None:
    """A record with an exception."""
    for _ in range(times):
        try:
            raise ValueError("no line")
        except ValueError:
            _log.exception("turn %d failed", next(_numbers))


def in_conversation(times: int) -> None:
    """The same as `plain` where somebody talks."""
    with otel_voice.conversation("c1", user_id="u1"):
        plain(times)


def with_ids(times: int) -> None:
    """The same as `plain` where the program itself says who talks, as it has to with the official handler."""
    ids = {"voice.conversation.id": "c1", "gen_ai.conversation.id": "c1", "user.id": "u1", "voice.log.category": "app"}
    for _ in range(times):
        extra = {"call": "a1b2c3", "attempt": 2, **ids}
        _log.info("turn %d of %s took %.3f s", next(_numbers), "call", 0.734, extra=extra)


OFFICIAL: Sequence[Work] = (plain, failing, with_ids)
OURS: Sequence[Work] = (plain, failing, in_conversation)


def measure() -> list[Result]:
    """Of both in one process; raises BenchmarkError when callgrind is missing or the process fails."""
    parts = len(OFFICIAL)
    each = counted((sys.executable, "-m", "benchmarks.log_calls"), [(FEW, MANY)] * 2 * parts, os.environ)
    official, ours = each[:parts], each[parts:]
    call, failure, conversation = (mine / theirs for mine, theirs in zip(ours, official, strict=True))
    return [
        Result("a log call, of one with the official handler", call, "x", limit=LIMIT),
        Result("a log call with an exception, of one with the official handler", failure, "x", limit=LIMIT),
        Result("a log call in a conversation, of the official one with the same ids", conversation, "x", limit=LIMIT),
        Result("the same, of the official one that does not say who talks", ours[2] / official[0], "x"),
    ]


@contextmanager
def _official(provider: LoggerProvider) -> Iterator[None]:
    handler = LoggingHandler(logger_provider=provider, log_code_attributes=True)
    logging.root.addHandler(handler)
    yield
    logging.root.removeHandler(handler)


@contextmanager
def _ours(provider: LoggerProvider) -> Iterator[None]:
    logs = Logs(Settings(), deferred(redact, provider), provider)
    logs.begin()
    logs.stdlib.install()
    yield
    logs.end()


def _provider() -> LoggerProvider:
    provider = LoggerProvider(shutdown_on_exit=False)
    processor = BatchLogRecordProcessor(
        InMemoryLogRecordExporter(),
        schedule_delay_millis=3_600_000,
        max_queue_size=ROOM,
        max_export_batch_size=ROOM,
    )
    provider.add_log_record_processor(processor)
    border.guard(provider)
    return provider


def _main() -> None:
    logging.root.setLevel(logging.INFO)
    logging.root.addHandler(logging.NullHandler())
    gc.disable()
    for way, works in ((_official, OFFICIAL), (_ours, OURS)):
        with way(_provider()):
            for work in works:
                measured(work, FEW, MANY)


if __name__ == "__main__":
    _main()
    os._exit(0)  # nothing of the end is measured
