"""Words of PromQL that the rules have in common.

A share is computed only where there is a minimum of the whole: that no division is by zero, and that one failure at
night is no page. What is not there yields nothing, so that no rule fires because of it.
"""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.series import label, series
from otel_voice.telemetry.names import (
    GEN_AI_OPERATION_NAME,
    METRIC_GEN_AI_CLIENT_INFERENCE_DURATION,
    METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
)

SERVICE: Final = ("service_name", "deployment_environment_name")
"""What almost every alert is told apart by. Both come from the resource: otel_voice/monitoring/series.py."""

OPERATION: Final = label(GEN_AI_OPERATION_NAME)


def by(*labels: str) -> str:
    """The service and these, as a clause."""
    return f"by ({', '.join((*SERVICE, *labels))})"


def on(*labels: str) -> str:
    """Matching by the service and these."""
    return f"on ({', '.join((*SERVICE, *labels))})"


def increase(selector: str, window: str, *labels: str) -> str:
    """By how much counters grew in the window, for each service and each value of the labels."""
    return f"sum {by(*labels)} (increase({selector}[{window}]))"


def operations(matchers: str, window: str, *labels: str) -> str:
    """How many provider calls ended in the window, under the convention's old name or, where that is off, its new."""
    old, new = (
        series(name).count
        for name in (METRIC_GEN_AI_CLIENT_OPERATION_DURATION, METRIC_GEN_AI_CLIENT_INFERENCE_DURATION)
    )
    names = [increase(f"{name}{{{matchers}}}" if matchers else name, window, *labels) for name in (old, new)]
    return f"({names[0]}\n    or {names[1]})"


def share(part: str, whole: str, minimum: float) -> str:
    """The part of a whole, where the whole is at least the minimum."""
    return f"{part}\n  / ({whole} >= {minimum:g})"


def or_zero(part: str, whole: str) -> str:
    """The part, or 0 where there is a whole but nothing of the part was ever counted."""
    return f"({part}\n  or 0 * {whole})"


def quantile(quantile: float, bucket: str, window: str, *labels: str) -> str:
    """A quantile of what a histogram recorded in the window."""
    return f"histogram_quantile({quantile:g}, sum {by('le', *labels)} (rate({bucket}[{window}])))"


def grown(selector: str, window: str) -> str:
    """What counters grew by in the window, those that began within it included.

    `increase` does not see the first value of a counter, and a counter of losses begins with the first loss.
    """
    return (
        f"((increase({selector}[{window}]) > 0)\n"
        f"    or ({selector} unless last_over_time({selector}[1d] offset {window}) > 0))"
    )
