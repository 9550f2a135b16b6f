"""Teams and queues: what people have to do, how long customers wait for them."""

from __future__ import annotations

from otel_voice.monitoring.dashboards.asked import quantiles, quantiles_by
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.metrics import RANGE, metric, share
from otel_voice.monitoring.dashboards.panels import bars, curves, number, ranking
from otel_voice.monitoring.dashboards.targets import curve, value
from otel_voice.monitoring.dashboards.thresholds import too_high
from otel_voice.monitoring.dashboards.variables import services
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_CHANGES = metric(names.METRIC_VOICE_CONVERSATION_CHANGES)
_DEPTH = metric(names.METRIC_VOICE_QUEUE_DEPTH)
_WAIT = metric(names.METRIC_VOICE_QUEUE_WAIT_DURATION)
_FIRST_RESPONSE = metric(names.METRIC_VOICE_CONVERSATION_FIRST_RESPONSE_DURATION)
_RESOLUTION = metric(names.METRIC_VOICE_CONVERSATION_RESOLUTION_DURATION)
_LOAD = metric(names.METRIC_VOICE_AGENT_LOAD)
_MESSAGES = metric(names.METRIC_VOICE_MESSAGES)
_TEAM = names.VOICE_TEAM_NAME
_OF_TEAM = "{{voice_team_name}}"


def teams(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-teams",
        "Voice: teams and queues",
        "What people have to do, and how long customers wait for them.",
        services(),
        (_cases(), _queues(values), _times(values), _people(values)),
        since="now-24h",
    )


def _cases() -> Row:
    created = _CHANGES.where(names.VOICE_CONVERSATION_STATUS, '="created"')
    transferred = _CHANGES.where(names.VOICE_CONVERSATION_STATUS, '="transferred"')
    return row(
        "Conversations",
        ranking(
            "Conversations per team",
            "Cases that were opened with a team, in the time that is shown.",
            "short",
            value(created.increase(_TEAM), _OF_TEAM),
        ).wide(8),
        bars(
            "What became of them",
            "Created, assigned, transferred, closed, reopened: in an hour.",
            "short",
            curve(_CHANGES.per_hour(names.VOICE_CONVERSATION_STATUS), "{{voice_conversation_status}}"),
        ).wide(8),
        ranking(
            "Transferred to",
            "Cases that came from another team, in the time that is shown.",
            "short",
            value(transferred.increase(_TEAM), _OF_TEAM),
        ).wide(8),
    )


def _queues(values: Values) -> Row:
    limit = too_high(values.alert("VoiceQueueBacklog").threshold)
    return row(
        "Queues",
        number(
            "Waiting now",
            "Conversations that wait, in each queue.",
            "short",
            value(_depth(), "{{voice_queue_name}}"),
            thresholds=limit,
        )
        .wide(4)
        .high(8),
        curves(
            "Queue depth",
            "Conversations that wait. The line is where an alert begins.",
            "short",
            curve(_depth(), "{{voice_queue_name}}"),
            thresholds=limit,
        ).wide(10),
        curves(
            "Queue wait, p95",
            "How long 19 of 20 waited at most.",
            "s",
            quantiles_by(_WAIT, 0.95, names.VOICE_QUEUE_NAME),
        ).wide(10),
    )


def _depth() -> str:
    """The highest that any process tells: they tell of the same queue."""
    return _DEPTH.highest(names.VOICE_QUEUE_NAME)


def _times(values: Values) -> Row:
    return row(
        "How long it takes",
        number(
            "First response, median",
            "Of the time that is shown.",
            "s",
            value(_FIRST_RESPONSE.quantile(0.5, window=RANGE)),
        )
        .wide(4)
        .high(8),
        curves(
            "First response, p95",
            "Creation of a case to the first answer of its team, in 19 of 20.",
            "s",
            quantiles_by(_FIRST_RESPONSE, 0.95, _TEAM),
            thresholds=too_high(values.alert("VoiceFirstResponseSlow").threshold),
        ).wide(10),
        curves(
            "First response, all teams", "Creation of a case to the first answer.", "s", *quantiles(_FIRST_RESPONSE)
        ).wide(10),
        number("Resolution, median", "Of the time that is shown.", "s", value(_RESOLUTION.quantile(0.5, window=RANGE)))
        .wide(4)
        .high(8),
        curves(
            "Resolution, p95",
            "Creation of a case to its resolution, in 19 of 20.",
            "s",
            quantiles_by(_RESOLUTION, 0.95, _TEAM),
        ).wide(10),
        curves("Resolution, all teams", "Creation of a case to its resolution.", "s", *quantiles(_RESOLUTION)).wide(10),
    )


def _people(values: Values) -> Row:
    failed = _MESSAGES.where(names.VOICE_MESSAGE_STATUS, '="failed"')
    limit = too_high(values.alert("VoiceAgentOverloaded").threshold)
    load = _LOAD.highest(names.VOICE_AGENT_NAME, _TEAM)
    return row(
        "Agents and messages",
        ranking(
            "Load per agent",
            "Conversations that a human agent has open.",
            "short",
            value(load, "{{voice_agent_name}} ({{voice_team_name}})"),
            thresholds=limit,
        ).wide(8),
        curves(
            "Load over time",
            "The same. The line is where an alert begins.",
            "short",
            curve(load, "{{voice_agent_name}} ({{voice_team_name}})"),
            thresholds=limit,
        ).wide(8),
        bars(
            "Messages",
            "Once for each step of theirs: received, sent, delivered, failed.",
            "cpm",
            curve(
                _MESSAGES.per_minute(names.VOICE_MESSAGE_CHANNEL, names.VOICE_MESSAGE_STATUS),
                "{{voice_message_channel}} {{voice_message_status}}",
            ),
        ).wide(8),
        curves(
            "Messages that failed",
            "The share of all steps, by channel.",
            "percentunit",
            curve(
                share(failed.rate(names.VOICE_MESSAGE_CHANNEL), _MESSAGES.rate(names.VOICE_MESSAGE_CHANNEL)),
                "{{voice_message_channel}}",
            ),
        ).wide(24),
    )
