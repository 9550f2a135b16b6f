"""Conversation analytics: how conversations go, where the dialogue stands, and where callers give up."""

from __future__ import annotations

from otel_voice.monitoring.dashboards import logql
from otel_voice.monitoring.dashboards.asked import CONVERSATIONS, FALLBACKS, SUCCEEDED, quantiles, quantiles_by
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.metrics import RANGE, metric, share
from otel_voice.monitoring.dashboards.panels import bars, curves, number, ranking, stacked, table
from otel_voice.monitoring.dashboards.targets import curve, log_curve, log_value, rows, value
from otel_voice.monitoring.dashboards.thresholds import too_low
from otel_voice.monitoring.dashboards.variables import services
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_STARTED = logql.of_event(names.EVENT_VOICE_CONVERSATION_STARTED, "app")
_ABANDONED = f'{logql.of_event(names.EVENT_VOICE_CONVERSATION_ENDED, "app")} | voice_conversation_outcome="abandoned"'
_DURATION = metric(names.METRIC_VOICE_CONVERSATION_DURATION)
_TURNS = metric(names.METRIC_VOICE_CONVERSATION_TURNS)
_TRANSITIONS = metric(names.METRIC_VOICE_STATE_TRANSITIONS)
_IN_STATE = metric(names.METRIC_VOICE_STATE_DURATION)
_LANGUAGES = metric(names.METRIC_VOICE_LANGUAGES)
_OUTCOME = names.VOICE_CONVERSATION_OUTCOME


def analytics(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-analytics",
        "Voice: conversation analytics",
        "How conversations go, where the dialogue stands, and where callers give up.",
        services(),
        (_in_short(values), _course(values), _length(), _dialogue(), _giving_up(), _who()),
        since="now-24h",
    )


def _in_short(values: Values) -> Row:
    return row(
        "In the time that is shown",
        number("Started", "Conversations that opened, as the logs tell.", "short", log_value(logql.count(_STARTED))),
        *(
            number(
                outcome.capitalize(),
                f"Conversations that ended as {outcome}.",
                "short",
                value(f"{_ended(outcome)} or 0 * {CONVERSATIONS.increase()}"),
            )
            for outcome in ("completed", "abandoned", "transferred", "failed")
        ),
        number(
            "Success rate",
            "Completed, of all that ended.",
            "percentunit",
            value(share(SUCCEEDED.increase(), CONVERSATIONS.increase())),
            thresholds=too_low(values.alert("VoiceSuccessRateLow").threshold),
        ),
    )


def _ended(outcome: str) -> str:
    return CONVERSATIONS.where(_OUTCOME, f'="{outcome}"').increase()


def _course(values: Values) -> Row:
    return row(
        "Over time",
        bars(
            "Conversations started",
            "In each piece of time, by service, as the logs tell.",
            "short",
            log_curve(logql.count_each_interval(_STARTED, "service.name"), "{{service_name}}"),
        ).wide(8),
        bars(
            "Conversations ended",
            "By outcome: completed, abandoned, transferred, failed.",
            "cpm",
            curve(CONVERSATIONS.per_minute(_OUTCOME), "{{voice_conversation_outcome}}"),
        ).wide(8),
        curves(
            "Success rate over time",
            "Completed, of all that ended. The line is where an alert begins.",
            "percentunit",
            curve(share(SUCCEEDED.rate(), CONVERSATIONS.rate()), "success rate"),
            thresholds=too_low(values.alert("VoiceSuccessRateLow").threshold),
        ).wide(8),
    )


def _length() -> Row:
    return row(
        "How long",
        curves("Duration", "First moment to hang-up.", "s", *quantiles(_DURATION)).wide(8),
        curves("Turns", "Turns of a conversation.", "short", *quantiles(_TURNS)).wide(8),
        ranking(
            "Duration by outcome",
            "The median of the time that is shown. Short and abandoned: callers do not wait.",
            "s",
            value(_DURATION.quantile(0.5, _OUTCOME, window=RANGE), "{{voice_conversation_outcome}}"),
        ).wide(8),
    )


def _dialogue() -> Row:
    return row(
        "The dialogue",
        table(
            "State transitions",
            "From where to where, and how often, in the time that is shown. Without a state before: the first.",
            "short",
            rows(_TRANSITIONS.increase(names.VOICE_STATE_FROM, names.VOICE_STATE_TO)),
            columns={"voice_state_from": "From", "voice_state_to": "To"},
            values=("Times",),
        ).wide(8),
        stacked(
            "States entered",
            "Transitions in a minute, by the state that they lead to.",
            "cpm",
            curve(_TRANSITIONS.per_minute(names.VOICE_STATE_TO), "{{voice_state_to}}"),
        ).wide(8),
        curves(
            "Time per state, p95",
            "How long the dialogue stayed in a state, in 19 of 20 visits.",
            "s",
            quantiles_by(_IN_STATE, 0.95, names.VOICE_STATE_NAME),
        ).wide(8),
        ranking(
            "Time per state, in all",
            "Seconds that all dialogues together spent in a state, in the time that is shown.",
            "s",
            value(_IN_STATE.recorded_in_all(names.VOICE_STATE_NAME), "{{voice_state_name}}"),
        ).wide(8),
        curves(
            "Fallback rate",
            "How often the dialogue fell back, for each turn of the conversations that ended.",
            "percentunit",
            curve(share(FALLBACKS.rate(), _TURNS.recorded()), "per turn"),
        ).wide(8),
        ranking(
            "Fallbacks by state",
            "Where the dialogue fell back, in the time that is shown.",
            "short",
            value(
                FALLBACKS.increase(names.VOICE_STATE_NAME, names.VOICE_REASON), "{{voice_state_name}}: {{voice_reason}}"
            ),
        ).wide(8),
    )


def _giving_up() -> Row:
    return row(
        "Where callers give up",
        ranking(
            "Abandonment points",
            "The state in which the dialogue stood when a caller hung up, as the logs tell.",
            "short",
            log_value(logql.count(_ABANDONED, names.VOICE_STATE_NAME), "{{voice_state_name}}"),
        ),
        curves(
            "Abandonment rate",
            "The share of conversations that ended as abandoned.",
            "percentunit",
            curve(
                share(CONVERSATIONS.where(_OUTCOME, '="abandoned"').rate(), CONVERSATIONS.rate()),
                "abandoned",
            ),
        ),
    )


def _who() -> Row:
    return row(
        "Who calls",
        ranking(
            "Languages",
            "As the program told of the language of its callers, in the time that is shown.",
            "short",
            value(_LANGUAGES.increase(names.GEN_AI_SPEECH_INPUT_LANGUAGE), "{{gen_ai_speech_input_language}}"),
        ).wide(8),
        ranking(
            "Channels",
            "Conversations by channel, in the time that is shown.",
            "short",
            value(CONVERSATIONS.increase(names.VOICE_CONVERSATION_CHANNEL), "{{voice_conversation_channel}}"),
        ).wide(8),
        ranking(
            "Directions",
            "Conversations by who called whom, in the time that is shown.",
            "short",
            value(CONVERSATIONS.increase(names.VOICE_CONVERSATION_DIRECTION), "{{voice_conversation_direction}}"),
        ).wide(8),
    )
