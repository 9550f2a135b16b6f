"""What is promised, and how fast the promise is used up: burn rates over two windows each.

A promise of 99 % leaves a budget of 1 % to fail; a burn rate of 14.4 for an hour uses 2 % of a month's budget. Each
long window is asked together with a twelfth of it, so that the alert ends soon after its cause. The pairs are those of
Google's SRE workbook, "Alerting on SLOs".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import increase, or_zero
from otel_voice.monitoring.rules.records import CRITICAL, WARNING, Alert, Group, Recording
from otel_voice.monitoring.series import label, series
from otel_voice.monitoring.values import FASTEST_BURN, Values
from otel_voice.telemetry.names import (
    METRIC_VOICE_CONVERSATIONS,
    METRIC_VOICE_TURN_RESPONSE_LATENCY,
    VOICE_CONVERSATION_OUTCOME,
)


@dataclass(frozen=True)
class _Burn:
    """A burn rate that is too high over a long window and its twelfth."""

    rate: float
    long: str
    short: str

    def too_high(self, bad: str, budget: float) -> str:
        limit = f"{self.rate * budget:.6g}"
        return f"({bad}{self.long} > {limit} and {bad}{self.short} > {limit})"


_FAST: Final = (_Burn(FASTEST_BURN, "1h", "5m"), _Burn(6, "6h", "30m"))
_SLOW: Final = (_Burn(1, "3d", "6h"),)
_WINDOWS: Final = ("5m", "30m", "1h", "6h", "3d")


@dataclass(frozen=True)
class _Promise:
    """An objective: the share of bad ones as it is recorded, what it is a share of, and its alerts' names."""

    name: str
    bad: str
    """The record's name, up to its window."""
    all: str
    """The counter of all there were."""
    good: str
    """The counter of the good ones, or empty where the bad ones are counted."""
    failed: str
    budget: float
    said: str
    dashboard: str

    def recordings(self) -> Iterator[Recording]:
        for window in _WINDOWS:
            whole = increase(self.all, window)
            part = f"1 - {increase(self.good, window)}" if self.good else or_zero(increase(self.failed, window), whole)
            yield Recording(f"{self.bad}{window}", f"{part}\n  / ({whole} > 0)")

    def alerts(self, values: Values) -> Iterator[Alert]:
        yield self._alert(values, "FastBurn", CRITICAL, _FAST)
        yield self._alert(values, "SlowBurn", WARNING, _SLOW)

    def _alert(self, values: Values, speed: str, severity: str, burns: tuple[_Burn, ...]) -> Alert:
        name = f"Voice{self.name}Objective{speed}"
        asked = values.alert(name)
        enough = [f"{increase(self.all, burn.long)} >= {asked.minimum:g}" for burn in burns]
        pairs = [
            f"({burn.too_high(self.bad, self.budget)}\n  and {count})"
            for burn, count in zip(burns, enough, strict=True)
        ]
        rates = " or ".join(f"{burn.rate:g} times over {burn.long} and {burn.short}" for burn in burns)
        return Alert(
            name,
            severity,
            "\nor ".join(pairs),
            when=f"the budget of the objective ({self.said}) is used {rates}",
            summary=f"{words.SERVICE} uses up its {self.name.lower()} objective",
            description=f"{words.SERVICE}: {words.PERCENT} were bad; the objective is {self.said}, which leaves "
            f"{words.percent(round(self.budget, 6))} to fail. It is used up {rates} as fast as it may be.",
            dashboard=self.dashboard,
        )


def _promises(values: Values) -> tuple[_Promise, ...]:
    latency, conversations = series(METRIC_VOICE_TURN_RESPONSE_LATENCY), series(METRIC_VOICE_CONVERSATIONS).total
    target, seconds = values.latency.target, values.latency.seconds
    return (
        _Promise(
            "Latency",
            "service:voice_turn_response_latency_too_long:ratio_increase",
            latency.count,
            good=f"{latency.bucket}{{{_up_to(seconds)}}}",
            failed="",
            budget=1 - target,
            said=f"{words.percent(target)} of the turns within {words.seconds(seconds)}",
            dashboard="voice-turn-latency",
        ),
        _Promise(
            "Availability",
            "service:voice_conversations_failed:ratio_increase",
            conversations,
            good="",
            failed=f'{conversations}{{{label(VOICE_CONVERSATION_OUTCOME)}="failed"}}',
            budget=1 - values.availability.target,
            said=f"{words.percent(values.availability.target)} of the calls do not fail",
            dashboard="voice-call-health",
        ),
    )


def _up_to(seconds: float) -> str:
    """Prometheus writes the boundary 3 as 3 or as 3.0, as it was told: by OTLP or by a page."""
    boundary = re.escape(f"{seconds:g}").replace("\\", "\\\\")
    return f'le=~"{boundary}(\\\\.0)?"'


def group(values: Values) -> Group:
    """The shares of bad ones over each window."""
    recordings = [recording for promise in _promises(values) for recording in promise.recordings()]
    return Group("voice-objectives", recordings, "1m")


def alerts(values: Values) -> Iterator[Alert]:
    """Those about objectives."""
    for promise in _promises(values):
        yield from promise.alerts(values)
