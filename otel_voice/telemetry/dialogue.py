"""What the program tells of its dialogue, as metrics: states, fallbacks, retries. Its names are bounded."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.metrics import Meter

from otel_voice.conversations.states import Names, Transition
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes
from otel_voice.telemetry.instruments import counter, histogram


class Dialogue:
    """The instruments of the dialogue."""

    def __init__(self, meter: Meter) -> None:
        self._names = Names()
        self._transitions = counter(meter, names.METRIC_VOICE_STATE_TRANSITIONS)
        self._durations = histogram(meter, names.METRIC_VOICE_STATE_DURATION)
        self._fallbacks = counter(meter, names.METRIC_VOICE_FALLBACKS)
        self._retries = counter(meter, names.METRIC_VOICE_RETRIES)

    def bounded(self, name: str) -> str:
        """A name that the program gave, as a label."""
        return self._names.bounded(name)

    def moved(self, transition: Transition, context: Context) -> None:
        """From one state to another; before the first and after the last there is none."""
        ends = {names.VOICE_STATE_FROM: transition.before, names.VOICE_STATE_TO: transition.after}
        self._transitions.add(1, self._labels(ends), context)
        if transition.before is not None:
            self._durations.record(
                transition.seconds, self._labels({names.VOICE_STATE_NAME: transition.before}), context
            )

    def fell_back(self, state: str | None, reason: str, context: Context) -> None:
        """Count a fallback."""
        self._fallbacks.add(1, self._labels({names.VOICE_STATE_NAME: state, names.VOICE_REASON: reason}), context)

    def retried(self, state: str | None, reason: str, context: Context) -> None:
        """Count a retry."""
        self._retries.add(1, self._labels({names.VOICE_STATE_NAME: state, names.VOICE_REASON: reason}), context)

    def _labels(self, given: dict[str, str | None]) -> Attributes:
        return {name: self._names.bounded(value) for name, value in given.items() if value is not None}
