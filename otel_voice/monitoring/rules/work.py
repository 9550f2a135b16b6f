"""The work around a call: other systems, queues, and the people of a team."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import by, increase, quantile, share
from otel_voice.monitoring.rules.records import CRITICAL, WARNING, Alert
from otel_voice.monitoring.series import label, series
from otel_voice.monitoring.values import Values
from otel_voice.telemetry.names import (
    METRIC_VOICE_AGENT_LOAD,
    METRIC_VOICE_CONVERSATION_FIRST_RESPONSE_DURATION,
    METRIC_VOICE_INTEGRATION_REQUESTS,
    METRIC_VOICE_QUEUE_DEPTH,
    VOICE_AGENT_NAME,
    VOICE_INTEGRATION_ADAPTER,
    VOICE_INTEGRATION_OUTCOME,
    VOICE_QUEUE_NAME,
    VOICE_TEAM_NAME,
)

DASHBOARD: Final = "voice-teams"

_ADAPTER: Final = label(VOICE_INTEGRATION_ADAPTER)
_QUEUE: Final = label(VOICE_QUEUE_NAME)
_TEAM: Final = label(VOICE_TEAM_NAME)
_AGENT: Final = label(VOICE_AGENT_NAME)


def alerts(values: Values) -> Iterator[Alert]:
    """Those about the work around a call."""
    yield _integration(values)
    yield _backlog(values)
    yield _first_response(values)
    yield _overloaded(values)


def _integration(values: Values) -> Alert:
    name = "VoiceIntegrationFailing"
    asked = values.alert(name)
    requests, outcome = series(METRIC_VOICE_INTEGRATION_REQUESTS).total, label(VOICE_INTEGRATION_OUTCOME)
    # What was left before its end says nothing of the other system.
    failed = increase(f'{requests}{{{outcome}=~"failure|timeout"}}', asked.window, _ADAPTER)
    asked_for = increase(f'{requests}{{{outcome}!="cancelled"}}', asked.window, _ADAPTER)
    return Alert(
        name,
        CRITICAL,
        f"{share(failed, asked_for, asked.minimum)}\n  > {asked.threshold:g}",
        when=f"more than {words.percent(asked.threshold)} of the requests to another system fail or time out",
        summary=f"{{{{ $labels.{_ADAPTER} }}}} fails {words.PERCENT} of its requests",
        description=f"{words.SERVICE}: {words.PERCENT} of the requests to {{{{ $labels.{_ADAPTER} }}}} failed or timed "
        f"out in the last {asked.window}; the threshold is {words.percent(asked.threshold)}.",
        dashboard="voice-integrations",
    )


def _backlog(values: Values) -> Alert:
    name = "VoiceQueueBacklog"
    asked = values.alert(name)
    return Alert(
        name,
        WARNING,
        f"max {by(_QUEUE)} ({series(METRIC_VOICE_QUEUE_DEPTH).value}) > {asked.threshold:g}",
        when=f"more than {asked.threshold:g} conversations wait in a queue",
        summary=f"{words.NUMBER} conversations wait in {{{{ $labels.{_QUEUE} }}}}",
        description=f"{words.SERVICE}: {words.NUMBER} conversations wait in the queue {{{{ $labels.{_QUEUE} }}}}; "
        f"the threshold is {asked.threshold:g}.",
        dashboard=DASHBOARD,
    )


def _first_response(values: Values) -> Alert:
    name = "VoiceFirstResponseSlow"
    asked = values.alert(name)
    response = series(METRIC_VOICE_CONVERSATION_FIRST_RESPONSE_DURATION)
    return Alert(
        name,
        WARNING,
        f"{quantile(0.95, response.bucket, asked.window, _TEAM)}\n  > {asked.threshold:g}\n"
        f"and {increase(response.count, asked.window, _TEAM)} >= {asked.minimum:g}",
        when=f"p95 of a team's first response is over {words.seconds(asked.threshold)}",
        summary=f"{{{{ $labels.{_TEAM} }}}} answers for the first time after {words.SECONDS} (p95)",
        description=f"{words.SERVICE}: p95 of the first response of the team {{{{ $labels.{_TEAM} }}}} is "
        f"{words.SECONDS} over the last {asked.window}; the threshold is {words.seconds(asked.threshold)}.",
        dashboard=DASHBOARD,
    )


def _overloaded(values: Values) -> Alert:
    name = "VoiceAgentOverloaded"
    asked = values.alert(name)
    return Alert(
        name,
        WARNING,
        f"max {by(_AGENT, _TEAM)} ({series(METRIC_VOICE_AGENT_LOAD).value}) > {asked.threshold:g}",
        when=f"somebody has more than {asked.threshold:g} conversations open",
        summary=f"{{{{ $labels.{_AGENT} }}}} has {words.NUMBER} conversations open",
        description=f"{words.SERVICE}: {{{{ $labels.{_AGENT} }}}} of the team {{{{ $labels.{_TEAM} }}}} has "
        f"{words.NUMBER} conversations open; the threshold is {asked.threshold:g}.",
        dashboard=DASHBOARD,
    )
