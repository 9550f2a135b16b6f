"""Business: what calls are for, and what they cost."""

from __future__ import annotations

from otel_voice.monitoring.dashboards import logql
from otel_voice.monitoring.dashboards.asked import CONVERSATION_COST, CONVERSATIONS, COST, SUCCEEDED
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.metrics import REGION, metric, share
from otel_voice.monitoring.dashboards.panels import bars, columns_by, curves, number, ranking, stacked, table
from otel_voice.monitoring.dashboards.targets import curve, log_value, rows, value
from otel_voice.monitoring.dashboards.thresholds import too_high
from otel_voice.monitoring.dashboards.variables import providers
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_APPOINTMENTS = metric(names.METRIC_VOICE_APPOINTMENTS)
_QUALIFICATIONS = metric(names.METRIC_VOICE_QUALIFICATIONS)
_HANDOFFS = metric(names.METRIC_VOICE_HANDOFFS)
_SATISFACTION = metric(names.METRIC_VOICE_CSAT_SCORE)
_SENTIMENTS = metric(names.METRIC_VOICE_SENTIMENTS)
_STARTED = logql.of_event(names.EVENT_VOICE_CONVERSATION_STARTED, "app")
_HOUR = "hour"
_WITH_HOUR = f'{_STARTED} | label_format {_HOUR}=`{{{{ __timestamp__ | date "15" }}}}`'


def business(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-business",
        "Voice: business",
        "What calls are for and what comes of them: appointments, leads, hand-offs, satisfaction, cost.",
        providers(),
        (_appointments(), _leads(), _satisfaction(), _when_and_where(), _cost(values)),
        since="now-7d",
    )


def _appointments() -> Row:
    status = _APPOINTMENTS.increase(names.VOICE_APPOINTMENT_STATUS)
    booked = _APPOINTMENTS.where(names.VOICE_APPOINTMENT_STATUS, '="booked"')
    return row(
        "Appointments",
        ranking("Appointments", "By what became of them.", "short", value(status, "{{voice_appointment_status}}")).wide(
            8
        ),
        bars(
            "Appointments over time",
            "In an hour, by what became of them.",
            "short",
            curve(_APPOINTMENTS.per_hour(names.VOICE_APPOINTMENT_STATUS), "{{voice_appointment_status}}"),
        ).wide(8),
        ranking(
            "Booked, by service",
            "What appointments were made for.",
            "short",
            value(booked.increase(names.VOICE_APPOINTMENT_SERVICE), "{{voice_appointment_service}}"),
        ).wide(4),
        number(
            "Booked per conversation",
            "Appointments that were made, for each conversation that ended.",
            "percentunit",
            value(share(booked.increase(), CONVERSATIONS.increase())),
        )
        .wide(4)
        .high(8),
    )


def _leads() -> Row:
    judged = _QUALIFICATIONS.increase(names.VOICE_QUALIFICATION_OUTCOME)
    asked_for = _HANDOFFS.where(names.VOICE_HANDOFF_STATUS, '="requested"')
    return row(
        "Leads and hand-offs",
        ranking(
            "Qualification",
            "Leads, by how they were judged.",
            "short",
            value(judged, "{{voice_qualification_outcome}}"),
        ).wide(6),
        bars(
            "Qualification over time",
            "Leads judged in an hour.",
            "short",
            curve(_QUALIFICATIONS.per_hour(names.VOICE_QUALIFICATION_OUTCOME), "{{voice_qualification_outcome}}"),
        ).wide(6),
        ranking(
            "Hand-off",
            "Hand-offs to a person: asked for, taken over, failed.",
            "short",
            value(_HANDOFFS.increase(names.VOICE_HANDOFF_STATUS), "{{voice_handoff_status}}"),
        ).wide(6),
        curves(
            "Hand-off rate",
            "Hand-offs that were asked for, for each conversation that ended.",
            "percentunit",
            curve(share(asked_for.rate(), CONVERSATIONS.rate()), "per conversation"),
        ).wide(6),
    )


def _satisfaction() -> Row:
    return row(
        "How callers feel",
        number(
            "CSAT", "The mean of what customers said, in points.", "none", value(_SATISFACTION.mean(window="$__range"))
        )
        .wide(4)
        .high(8),
        curves(
            "CSAT by team",
            "The mean, in points.",
            "none",
            curve(_SATISFACTION.mean(names.VOICE_TEAM_NAME), "{{voice_team_name}}"),
        ).wide(10),
        stacked(
            "Sentiment",
            "Measurements in an hour, as the program told.",
            "short",
            curve(_SENTIMENTS.per_hour(names.VOICE_SENTIMENT_LABEL), "{{voice_sentiment_label}}"),
        ).wide(10),
    )


def _when_and_where() -> Row:
    return row(
        "When and where",
        columns_by(
            "Peak hours",
            "Conversations that began in each hour of the day (UTC), all days that are shown together.",
            "short",
            log_value(logql.count(_WITH_HOUR, _HOUR), "conversations"),
            axis=_HOUR,
            heading="Hour",
        ),
        bars(
            "Conversations per hour",
            "As fast as they ended.",
            "short",
            curve(CONVERSATIONS.per_hour(), "conversations an hour"),
        ),
        table(
            "Regions",
            "Conversations by the region in which the program runs: its resource attribute cloud.region.",
            "short",
            rows(CONVERSATIONS.increase(REGION)),
            columns={"cloud_region": "Region"},
            values=("Conversations",),
        ).wide(8),
        curves(
            "Regions over time",
            "Conversations in an hour, by region.",
            "short",
            curve(CONVERSATIONS.per_hour(REGION), "{{cloud_region}}"),
        ).wide(16),
    )


def _cost(values: Values) -> Row:
    outcome = names.VOICE_CONVERSATION_OUTCOME
    return row(
        "Cost, at list prices",
        ranking(
            "Cost per outcome",
            "The mean of a conversation, by how it ended. Only what has a known price.",
            "currencyUSD",
            value(CONVERSATION_COST.mean(outcome, window="$__range"), "{{voice_conversation_outcome}}"),
        ).wide(8),
        ranking(
            "Spent per outcome",
            "In all, by how the conversation ended.",
            "currencyUSD",
            value(CONVERSATION_COST.recorded_in_all(outcome), "{{voice_conversation_outcome}}"),
        ).wide(8),
        number("Spent", "In all that is shown.", "currencyUSD", value(COST.increase())).wide(8),
        number(
            "Cost per success",
            "All that was spent, for each conversation that was completed.",
            "currencyUSD",
            value(f"{COST.increase()} / ({SUCCEEDED.increase()} > 0)"),
        ).wide(8),
        curves(
            "Cost per hour",
            "As USD an hour. The line is the budget, where an alert begins.",
            "currencyUSD",
            curve(COST.per_hour(), "USD an hour"),
            thresholds=too_high(values.alert("VoiceCostOverBudget").threshold),
        ).wide(24),
    )
