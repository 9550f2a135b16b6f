"""How late the program's event loops answer, and what blocked them."""

from __future__ import annotations

from typing import Any

from opentelemetry.context import Context
from opentelemetry.metrics import Meter

from otel_voice.telemetry import names
from otel_voice.telemetry.events import Events
from otel_voice.telemetry.failing import STACK_LENGTH
from otel_voice.telemetry.instruments import histogram
from otel_voice.telemetry.redaction import bounded, redact


class EventLoops:
    """A histogram of all lags, and an event for each long one."""

    def __init__(self, meter: Meter, events: Events) -> None:
        self._lag = histogram(meter, names.METRIC_VOICE_EVENT_LOOP_LAG)
        self._events = events

    def lagged(self, seconds: float) -> None:
        """A loop took this long to answer."""
        self._lag.record(seconds, context=Context())

    def blocked(self, seconds: float, thread: str, stack: str | None, untold: int) -> None:
        """A loop did nothing else for this long; the stack is absent where the whole interpreter stood still."""
        attributes: dict[str, Any] = {
            names.VOICE_EVENT_LOOP_BLOCK_DURATION: seconds,
            names.VOICE_EVENT_LOOP_BLOCKS_UNTOLD: untold,
            names.THREAD_NAME: redact(thread),
        }
        if stack is not None:
            attributes[names.CODE_STACKTRACE] = bounded(redact(stack), STACK_LENGTH)
        body = f"the event loop was blocked for {seconds:.3f} s"
        self._events.emit(names.EVENT_VOICE_EVENT_LOOP_BLOCKED, body, attributes, Context())
