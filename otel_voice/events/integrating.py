"""Requests to other systems: what was asked of whom, how it ended, and how long it took."""

from __future__ import annotations

from typing import Any

from otel_voice.events import outcome, values
from otel_voice.events.spanning import Run, Spanning
from otel_voice.events.telling import tell
from otel_voice.telemetry import names
from otel_voice.telemetry.program import CLIENT

NAME_LENGTH = 128

_EVENTS = {
    outcome.SUCCESS: names.EVENT_VOICE_INTEGRATION_SUCCESS,
    outcome.FAILURE: names.EVENT_VOICE_INTEGRATION_FAILURE,
    outcome.TIMEOUT: names.EVENT_VOICE_INTEGRATION_TIMEOUT,
    outcome.CANCELLED: names.EVENT_VOICE_INTEGRATION_CANCELLED,
}


class Request(Run):
    """One request. Where its answer is no exception, the program says that it failed."""

    kind = CLIENT

    def __init__(self, adapter: str, operation: str) -> None:
        attributes = {names.VOICE_INTEGRATION_ADAPTER: adapter, names.VOICE_INTEGRATION_OPERATION: operation}
        super().__init__(names.SPAN_INTEGRATION.format(adapter=adapter, request=operation), attributes)
        self._what = f"{adapter} {operation}"
        self._outcome: str | None = None
        self._problem: dict[str, Any] = {}

    def failed(self, error_type: str) -> None:
        """It answered with a failure: `request.failed("404")`. `error_type` becomes a metric label."""
        self._outcome, self._problem = outcome.FAILURE, {names.ERROR_TYPE: values.text(error_type, 64)}

    def timed_out(self) -> None:
        """It did not answer in time."""
        self._outcome, self._problem = outcome.TIMEOUT, {names.ERROR_TYPE: outcome.TIMEOUT}

    def began(self) -> None:
        """Say what is asked."""
        tell(names.EVENT_VOICE_INTEGRATION_REQUEST, self.attributes, f"{self._what} asked")

    def ended(self, error: BaseException | None) -> None:
        """Say how it ended; the metrics are derived from that."""
        ending = outcome.of(error)
        problem = values.exception(error) if error is not None and ending != outcome.CANCELLED else {}
        if error is None and self._outcome is not None:
            ending, problem = self._outcome, self._problem
            self.fail(problem[names.ERROR_TYPE], "")
        attributes = {
            **self.attributes,
            **problem,
            names.VOICE_INTEGRATION_OUTCOME: ending,
            names.VOICE_INTEGRATION_DURATION: self.seconds,
        }
        tell(_EVENTS[ending], attributes, f"{self._what}: {ending} after {self.seconds:.3f} s")


class integration(Spanning[Request]):  # noqa: N801 - used as a statement
    """A request to another system: a span, an event when it begins and one how it ends, and metrics.

    `with integration("crm", "lookup"):`, `async with`, or above a function or coroutine. An exception that leaves it is
    a failure; one of a class that is named Timeout a time-out. Both names become metric labels: a handful of each.
    """

    def __init__(self, adapter: str, operation: str) -> None:
        super().__init__()
        self._adapter = values.text(adapter, NAME_LENGTH)
        self._operation = values.text(operation, NAME_LENGTH)

    def _again(self) -> integration:
        return integration(self._adapter, self._operation)

    def _run(self) -> Request:
        return Request(self._adapter, self._operation)
