"""How long a part of the program takes."""

from __future__ import annotations

from otel_voice.events import outcome, values
from otel_voice.events.spanning import Run, Spanning
from otel_voice.events.telling import tell
from otel_voice.telemetry import names

NAME_LENGTH = 128


class Timed(Run):
    """One measurement; `seconds` is what it says."""

    def __init__(self, name: str) -> None:
        super().__init__(names.SPAN_TIMER.format(timer=name), {names.VOICE_TIMER_NAME: name})
        self._timer = name

    def ended(self, error: BaseException | None) -> None:
        """A record of the category performance, and the histogram that is derived from it."""
        attributes = {**self.attributes, names.VOICE_TIMER_DURATION: self.seconds}
        body = f"{self._timer} took {self.seconds:.3f} s"
        if error is not None and outcome.of(error) != outcome.CANCELLED:
            attributes[names.ERROR_TYPE] = values.error_type(error)
            body += f" and failed: {values.error_type(error)}"
        tell(names.EVENT_VOICE_TIMER_COMPLETED, attributes, body)


class timer(Spanning[Timed]):  # noqa: N801 - used as a statement
    """Time a block or the calls of a function: a span, a histogram and a performance log.

    `with timer("db_query"):`, `async with timer("db_query"):`, or `@timer("db_query")` above a function or coroutine.
    `name` becomes a metric label: one of a handful, never an id.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = values.text(name, NAME_LENGTH)

    def _again(self) -> timer:
        return timer(self._name)

    def _run(self) -> Timed:
        return Timed(self._name)
