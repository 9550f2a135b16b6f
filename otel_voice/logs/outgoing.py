"""What is lost between the program and the Collector: the SDK lets records go without a word of which and how many.

Its queue drops the oldest when it is full, and a batch that could not be sent is gone. Both are counted here, by the
queue itself, for between asking whether there is room and taking it other threads take it too.
"""

from __future__ import annotations

import functools
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from otel_voice.logs.dropped import EXPORT_FAILED, QUEUE_FULL, Dropped
from otel_voice.telemetry import names

_log = logging.getLogger("otel_voice.export.logs")

_FOLLOWED = "_otel_voice_counts_lost"
_take_in = deque.appendleft  # every record passes here: found once


def follow(provider: Any, dropped: Dropped) -> None:
    """Count what is lost by the batch processors of a provider, and by those it is given later. Never raises.

    What is laid out in another way than the SDK's is left alone: its losses are not counted.
    """
    try:
        for processor in getattr(getattr(provider, "_multi_log_record_processor", None), "_log_record_processors", ()):
            batch = getattr(processor, "_batch_processor", None)
            if batch is not None and not isinstance(batch._queue, _Queue):
                _count_what_finds_no_room(batch, dropped)
                _count_what_is_not_sent(batch._exporter, dropped)
        _follow_after(provider, dropped)
    except Exception as error:  # noqa: BLE001 - the program runs on when the SDK's layout moved
        _log.warning("otel_voice: log records that are lost on their way are not counted: %s", type(error).__name__)


class _Queue(deque[Any]):
    """The queue of a batch processor, oldest at the right; what it lets go it counts."""

    __slots__ = ("_capacity", "_dropped")

    def __init__(self, capacity: int, dropped: Dropped) -> None:
        super().__init__()  # bounded by itself, it would drop and not say what
        self._capacity = capacity
        self._dropped = dropped

    def appendleft(self, record: Any) -> None:
        """Take a record, at the cost of the oldest where the queue is full."""
        _take_in(self, record)
        if len(self) > self._capacity:
            # Whoever pops has put one in before, so that the exporting thread finds what it counted.
            self._dropped.count(_category(self.pop()), QUEUE_FULL, 1)


def _count_what_finds_no_room(batch: Any, dropped: Dropped) -> None:
    queue = _Queue(batch._max_queue_size, dropped)
    with batch._export_lock:
        before, batch._queue = batch._queue, queue
        while before:
            queue.append(before.popleft())


def _count_what_is_not_sent(exporter: Any, dropped: Dropped) -> None:
    export: Callable[..., Any] = exporter.export

    @functools.wraps(export)  # with what others noted on it
    def observed(batch: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            result = export(batch, *args, **kwargs)
        except BaseException:
            _not_sent(batch, dropped)
            raise
        if getattr(result, "name", "SUCCESS") != "SUCCESS":
            _not_sent(batch, dropped)
        return result

    exporter.export = observed


def _not_sent(batch: Iterable[Any], dropped: Dropped) -> None:
    for record in batch:
        dropped.count(_category(record), EXPORT_FAILED, 1)


def _follow_after(provider: Any, dropped: Dropped) -> None:
    add = getattr(provider, "add_log_record_processor", None)
    if add is None or hasattr(add, _FOLLOWED):
        return

    @functools.wraps(add)
    def added(*args: Any, **kwargs: Any) -> Any:
        result = add(*args, **kwargs)
        follow(provider, dropped)
        return result

    setattr(added, _FOLLOWED, True)
    provider.add_log_record_processor = added


def _category(record: Any) -> str:
    attributes = getattr(getattr(record, "log_record", None), "attributes", None) or {}
    category = attributes.get(names.VOICE_LOG_CATEGORY)
    return category if isinstance(category, str) else "app"
