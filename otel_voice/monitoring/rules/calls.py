"""Calls: how many fail or succeed, how many there are at once, how soon they are answered, what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import by, increase, quantile, share
from otel_voice.monitoring.rules.records import CRITICAL, WARNING, Alert
from otel_voice.monitoring.series import label, series
from otel_voice.monitoring.values import Values
from otel_voice.telemetry.names import (
    METRIC_VOICE_CONVERSATION_ACTIVE,
    METRIC_VOICE_CONVERSATIONS,
    METRIC_VOICE_COST,
    METRIC_VOICE_RETRIES,
    METRIC_VOICE_TURN_RESPONSE_LATENCY,
    VOICE_CONVERSATION_OUTCOME,
)

DASHBOARD: Final = "voice-call-health"

_ENDED: Final = series(METRIC_VOICE_CONVERSATIONS).total
_OUTCOME: Final = label(VOICE_CONVERSATION_OUTCOME)
_LATENCY: Final = series(METRIC_VOICE_TURN_RESPONSE_LATENCY)


def alerts(values: Values) -> Iterator[Alert]:
    """Those about calls."""
    yield _failure_rate(values)
    yield _success_rate(values)
    yield _active(values, "VoiceActiveCallsCritical", CRITICAL)
    yield _active(values, "VoiceActiveCallsHigh", WARNING)
    yield _response_latency(values)
    yield _retry_rate(values)
    yield _cost(values)


def _failure_rate(values: Values) -> Alert:
    name = "VoiceCallFailureRateCritical"
    asked = values.alert(name)
    failed = increase(f'{_ENDED}{{{_OUTCOME}="failed"}}', asked.window)
    return Alert(
        name,
        CRITICAL,
        f"{share(failed, increase(_ENDED, asked.window), asked.minimum)}\n  > {asked.threshold:g}",
        when=f"more than {words.percent(asked.threshold)} of the calls fail",
        summary=f"{words.PERCENT} of the calls of {words.SERVICE} fail",
        description=f"{words.SERVICE}: {words.PERCENT} of the calls that ended in the last {asked.window} failed; "
        f"the threshold is {words.percent(asked.threshold)}.",
        dashboard=DASHBOARD,
    )


def _success_rate(values: Values) -> Alert:
    name = "VoiceSuccessRateLow"
    asked = values.alert(name)
    # Counted by what did not succeed: where no call ever did, there is no series of those that did.
    others = increase(f'{_ENDED}{{{_OUTCOME}!="completed"}}', asked.window)
    return Alert(
        name,
        WARNING,
        f"1 - {share(others, increase(_ENDED, asked.window), asked.minimum)}\n  < {asked.threshold:g}",
        when=f"fewer than {words.percent(asked.threshold)} of the calls are completed",
        summary=f"only {words.PERCENT} of the calls of {words.SERVICE} are completed",
        description=f"{words.SERVICE}: {words.PERCENT} of the calls that ended in the last {asked.window} were "
        f"completed; the threshold is {words.percent(asked.threshold)}.",
        dashboard="voice-analytics",
    )


def _active(values: Values, name: str, severity: str) -> Alert:
    asked = values.alert(name)
    return Alert(
        name,
        severity,
        f"sum {by()} ({series(METRIC_VOICE_CONVERSATION_ACTIVE).value}) >= {asked.threshold:g}",
        when=f"{asked.threshold:g} calls or more are open at once",
        summary=f"{words.SERVICE} has {words.NUMBER} calls open",
        description=f"{words.SERVICE}: {words.NUMBER} calls are open; the threshold is {asked.threshold:g}.",
        dashboard=DASHBOARD,
    )


def _response_latency(values: Values) -> Alert:
    name = "VoiceResponseLatencyHigh"
    asked = values.alert(name)
    return Alert(
        name,
        WARNING,
        f"{quantile(0.95, _LATENCY.bucket, asked.window)}\n  > {asked.threshold:g}\n"
        f"and {increase(_LATENCY.count, asked.window)} >= {asked.minimum:g}",
        when=f"p95 of the response latency is over {words.seconds(asked.threshold)}",
        summary=f"{words.SERVICE} answers after {words.SECONDS} (p95)",
        description=f"{words.SERVICE}: p95 from the end of the caller's speech to the first audio of the answer is "
        f"{words.SECONDS} over the last {asked.window}; the threshold is {words.seconds(asked.threshold)}.",
        dashboard="voice-turn-latency",
    )


def _retry_rate(values: Values) -> Alert:
    name = "VoiceRetryRateHigh"
    asked = values.alert(name)
    retries = increase(series(METRIC_VOICE_RETRIES).total, asked.window)
    return Alert(
        name,
        WARNING,
        f"{share(retries, increase(_LATENCY.count, asked.window), asked.minimum)}\n  > {asked.threshold:g}",
        when=f"there are more than {asked.threshold:g} retries for each turn",
        summary=f"{words.SERVICE} tries again in {words.PERCENT} of its turns",
        description=f"{words.SERVICE}: {words.PERCENT} retries for the turns of the last {asked.window}; "
        f"the threshold is {words.percent(asked.threshold)}.",
        dashboard="voice-analytics",
    )


def _cost(values: Values) -> Alert:
    name = "VoiceCostOverBudget"
    asked = values.alert(name)
    return Alert(
        name,
        WARNING,
        f"{increase(series(METRIC_VOICE_COST).total, asked.window)} > {asked.threshold:g}",
        when=f"the known cost of {asked.window} is over {asked.threshold:g} USD",
        summary=f"{words.SERVICE} spent {words.NUMBER} USD in {asked.window}",
        description=f"{words.SERVICE}: the provider calls of the last {asked.window} cost {words.NUMBER} USD at list "
        f"prices; the budget is {asked.threshold:g} USD.",
        dashboard=DASHBOARD,
    )
