"""What became of the telemetry: how full the queues are, what was dropped, and whether the last export arrived.

The SDK tells none of it to the process itself, so each batch processor and each exporter in use is looked up once and
followed. What is laid out in another way than expected is left alone: it is not seen, and nothing else changes.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Exports:
    """One signal on its way out. Moments are of time.monotonic(); `delivered` and `failed` count exports, not items."""

    signal: str
    capacity: int = 0
    queue: Callable[[], int] = int
    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    succeeded_at: float | None = None
    failed_at: float | None = None
    failing_since: float | None = None
    followed_at: float = 0.0
    stop: Callable[[], bool] = bool
    """Whether the program has shut its provider down."""

    def went(self, well: bool) -> None:
        """An export ended."""
        now = time.monotonic()
        if well:
            self.delivered += 1
            self.succeeded_at, self.failing_since = now, None
            return
        self.failed += 1
        self.failed_at, self.failing_since = now, self.failing_since or now


class Pipeline:
    """The exports of the global providers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._followed: dict[int, tuple[Any, Exports]] = {}

    def exports(self) -> list[Exports]:
        """One for each batch processor and each periodic reader; those that came lately are followed from now on."""
        with self._lock:
            for signal, owner, exporter in _exporters():
                if id(owner) not in self._followed:
                    self._followed[id(owner)] = owner, _follow(signal, owner, exporter)
            return [exports for _, exports in self._followed.values() if not exports.stop()]

    def forget(self) -> None:
        """In a forked child: the counts are the parent's, and who held its lock is not there to give it back."""
        self._lock = threading.Lock()
        for _, exports in self._followed.values():
            exports.delivered = exports.failed = exports.dropped = 0
            exports.succeeded_at = exports.failed_at = exports.failing_since = None
            exports.followed_at = time.monotonic()


PIPELINE = Pipeline()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PIPELINE.forget)


def _exporters() -> Iterator[tuple[str, Any, Any]]:
    """Signal, the processor or reader that owns a queue or a period, and its exporter."""
    from opentelemetry import _logs, metrics, trace

    spans = getattr(trace.get_tracer_provider(), "_active_span_processor", None)
    logs = getattr(_logs.get_logger_provider(), "_multi_log_record_processor", None)
    for signal, processors in (
        ("traces", getattr(spans, "_span_processors", ())),
        ("logs", getattr(logs, "_log_record_processors", ())),
    ):
        for processor in processors:
            batch: Any = getattr(processor, "_batch_processor", None)
            if hasattr(batch, "_queue") and hasattr(batch, "_exporter"):
                yield signal, batch, batch._exporter
    for reader in _readers(metrics.get_meter_provider()):
        if hasattr(reader, "_exporter"):
            yield "metrics", reader, reader._exporter


def _readers(provider: Any) -> Iterable[Any]:
    """Where the SDK keeps them, or where it kept them in 1.39."""
    before = getattr(provider, "_sdk_config", None)
    return getattr(provider, "_metric_readers", None) or getattr(before, "metric_readers", None) or ()


def _follow(signal: str, owner: Any, exporter: Any) -> Exports:
    exports = Exports(signal, followed_at=time.monotonic(), stop=lambda: bool(getattr(owner, "_shutdown", False)))
    if hasattr(owner, "_queue"):
        exports.capacity, exports.queue = owner._max_queue_size, lambda: len(owner._queue)
    try:
        if hasattr(owner, "_queue"):
            _count_drops(owner, exports)
        exporter.export = _observed(exporter.export, exports)
    except (AttributeError, TypeError):  # it has no room for an attribute of ours, and is not followed
        pass
    return exports


def _count_drops(owner: Any, exports: Exports) -> None:
    if hasattr(owner, "_metrics"):
        owner._metrics = _Counting(owner._metrics, exports)
    else:  # an SDK that counts nothing, such as 1.39: its queue lets one go when another comes and it is full
        owner.emit = _looking(owner.emit, exports)


def _looking(emit: Callable[[Any], None], exports: Exports) -> Callable[[Any], None]:
    @functools.wraps(emit)
    def looking(item: Any) -> None:
        if exports.queue() == exports.capacity:
            exports.dropped += 1
        emit(item)

    return looking


def _observed(export: Callable[..., Any], exports: Exports) -> Callable[..., Any]:
    @functools.wraps(export)
    def observed(*args: Any, **kwargs: Any) -> Any:
        try:
            result = export(*args, **kwargs)
        except BaseException:
            exports.went(False)
            raise
        exports.went(getattr(result, "name", "") == "SUCCESS")
        return result

    return observed


class _Counting:
    """The metrics of a processor, in which drops are counted on the way."""

    def __init__(self, metrics: Any, exports: Exports) -> None:
        self._metrics = metrics
        self._exports = exports

    def drop_items(self, count: int, *args: Any, **kwargs: Any) -> None:
        """Items that found no place in the queue."""
        self._exports.dropped += count
        self._metrics.drop_items(count, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._metrics, name)
