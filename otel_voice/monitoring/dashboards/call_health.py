"""Call health: the first look at night. Is it up, do callers wait, who fails."""

from __future__ import annotations

from otel_voice.monitoring.dashboards import logql
from otel_voice.monitoring.dashboards.asked import (
    CALLS,
    CONVERSATIONS,
    FAILED_CALLS,
    INTERRUPTIONS,
    RESPONSE_LATENCY,
    SUCCEEDED,
    error_rate,
    quantiles,
)
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.links import to_dashboard
from otel_voice.monitoring.dashboards.metrics import RANGE, metric, share
from otel_voice.monitoring.dashboards.panels import bars, curves, logs, number, ranking, said, table
from otel_voice.monitoring.dashboards.targets import curve, log_lines, rows, value
from otel_voice.monitoring.dashboards.thresholds import Thresholds, critically_high, critically_low, too_high, too_low
from otel_voice.monitoring.dashboards.variables import providers
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_UP = metric(names.METRIC_VOICE_PROCESS_UP).gauge
_REPORTING = f"sum ({_UP} * ((time() - timestamp({_UP})) < bool 60))"
_CHECKS = metric(names.METRIC_VOICE_HEALTH_CHECK_STATUS).gauge
_ACTIVE = metric(names.METRIC_VOICE_CONVERSATION_ACTIVE)
_FIRST_WORD = metric(names.METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD)
_DEAD_AIR = metric(names.METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION)
# What is recorded for the alerts about objectives, up to its window.
_TOO_LATE = "service:voice_turn_response_latency_too_long:ratio_increase"
_FAILED = "service:voice_conversations_failed:ratio_increase"
_OF_SERVICE = '{service_name=~"$service", deployment_environment_name=~"$environment"}'
_FIRING = 'sum by (alertname, severity) (ALERTS{alertstate="firing"})'


def call_health(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-call-health",
        "Voice: call health",
        "Is it up, do callers wait, who fails. Begin here.",
        providers(),
        (_now(values), _calls(), _errors(values), _waiting(values), _talking(), _promises(values), _last_errors()),
        since="now-1h",
    )


def _now(values: Values) -> Row:
    return row(
        "Now",
        said(
            number(
                "Is it up",
                "Processes that said within the last minute that they run. None: it is down, or its telemetry is.",
                "none",
                value(_REPORTING),
                thresholds=critically_low(1),
            ),
            {"0": ("DOWN", "red")},
        ),
        number(
            "Health checks failing",
            "Checks of the program itself that fail now, critical or not.",
            "none",
            value(f"sum ({_CHECKS} == bool 0)"),
            thresholds=critically_high(1),
        ),
        number(
            "Calls now",
            "Conversations that are open.",
            "none",
            value(_ACTIVE.level()),
            thresholds=too_high(
                values.alert("VoiceActiveCallsHigh").threshold, values.alert("VoiceActiveCallsCritical").threshold
            ),
        ),
        number(
            "Success rate",
            "Conversations that ended as completed, of all that ended in the time that is shown.",
            "percentunit",
            value(share(SUCCEEDED.increase(), CONVERSATIONS.increase())),
            thresholds=too_low(values.alert("VoiceSuccessRateLow").threshold),
        ),
        number(
            "Error rate",
            "Provider calls that failed, of all in the time that is shown.",
            "percentunit",
            value(share(FAILED_CALLS.increase(), CALLS.increase())),
            thresholds=_errors_allowed(values),
        ),
        number(
            "Response latency p95",
            "End of the caller's speech to the first sound of the answer, in 19 of 20 turns of the time that is shown.",
            "s",
            value(RESPONSE_LATENCY.quantile(0.95, window=RANGE)),
            thresholds=too_high(values.alert("VoiceResponseLatencyHigh").threshold),
        ),
    )


def _calls() -> Row:
    return row(
        "Calls",
        curves(
            "Calls open",
            "Conversations that are open, by service.",
            "short",
            curve(_ACTIVE.level("service.name"), "{{service_name}}"),
        ).wide(8),
        bars(
            "Calls per minute",
            "Conversations that ended, by how they ended.",
            "cpm",
            curve(CONVERSATIONS.per_minute(names.VOICE_CONVERSATION_OUTCOME), "{{voice_conversation_outcome}}"),
        ).wide(8),
        ranking(
            "Outcomes",
            "How the conversations of the time that is shown ended.",
            "short",
            value(CONVERSATIONS.increase(names.VOICE_CONVERSATION_OUTCOME), "{{voice_conversation_outcome}}"),
        )
        .wide(8)
        .leading_to(to_dashboard("voice-analytics", "Conversation analytics")),
    )


def _errors(values: Values) -> Row:
    to_providers = to_dashboard("voice-providers", "Providers")
    return row(
        "Errors",
        curves(
            "Error rate per provider",
            "Provider calls that failed, of all. A line is where an alert begins.",
            "percentunit",
            curve(error_rate(names.GEN_AI_PROVIDER_NAME), "{{gen_ai_provider_name}}"),
            thresholds=_errors_allowed(values),
        ).leading_to(to_providers),
        curves(
            "Error rate per stage",
            "The same by what was asked for: speech_to_text, chat, text_to_speech.",
            "percentunit",
            curve(error_rate(names.GEN_AI_OPERATION_NAME), "{{gen_ai_operation_name}}"),
            thresholds=_errors_allowed(values),
        ).leading_to(to_providers),
    )


def _waiting(values: Values) -> Row:
    return row(
        "What the caller waits for",
        curves(
            "Response latency",
            "End of the caller's speech to the first sound of the answer. A dot is a turn: click it for its trace.",
            "s",
            *quantiles(RESPONSE_LATENCY),
            thresholds=too_high(values.alert("VoiceResponseLatencyHigh").threshold),
        ).leading_to(to_dashboard("voice-turn-latency", "Turn latency")),
        curves(
            "Time to first word",
            "From the first moment of a conversation to the first sound of the agent.",
            "s",
            *quantiles(_FIRST_WORD),
        ),
    )


def _talking() -> Row:
    return row(
        "How they talk",
        curves(
            "Interruptions",
            "Answers that were cut short, by who did it: the caller who spoke over it, or the program.",
            "cpm",
            curve(INTERRUPTIONS.per_minute(names.VOICE_INTERRUPTION_SOURCE), "{{voice_interruption_source}}"),
        ).wide(8),
        curves(
            "Interruptions per turn",
            "Of the turns that were answered. Much more than usual: the agent talks over people, or is too slow.",
            "percentunit",
            curve(share(INTERRUPTIONS.rate(), RESPONSE_LATENCY.rate()), "per turn"),
        ).wide(8),
        curves(
            "Dead air",
            "Seconds of a conversation in which neither spoke.",
            "s",
            curve(_DEAD_AIR.mean(), "mean"),
            *quantiles(_DEAD_AIR)[:2],
        ).wide(8),
    )


def _promises(values: Values) -> Row:
    late, failed = values.latency, values.availability
    return row(
        "What is promised",
        curves(
            "Turns answered too late",
            f"The share of turns that took longer than {late.seconds:g} s, over an hour and over five minutes. Above "
            "the line more is used than is promised.",
            "percentunit",
            curve(f"max by (service_name) ({_TOO_LATE}1h{_OF_SERVICE})", "{{service_name}}, 1 h"),
            curve(f"max by (service_name) ({_TOO_LATE}5m{_OF_SERVICE})", "{{service_name}}, 5 min"),
            thresholds=critically_high(round(1 - late.target, 6)),
        ),
        curves(
            "Calls that failed",
            "The share of conversations that failed, over an hour and over five minutes. Above the line more is used "
            "than is promised.",
            "percentunit",
            curve(f"max by (service_name) ({_FAILED}1h{_OF_SERVICE})", "{{service_name}}, 1 h"),
            curve(f"max by (service_name) ({_FAILED}5m{_OF_SERVICE})", "{{service_name}}, 5 min"),
            thresholds=critically_high(round(1 - failed.target, 6)),
        ),
    )


def _last_errors() -> Row:
    return row(
        "What went wrong last",
        table(
            "Alerts that fire",
            "Of Prometheus' own rules; those about logs and those from code are in Alertmanager.",
            "none",
            rows(f'{_FIRING} or label_replace(vector(0), "alertname", "none", "", "")'),
            columns={"alertname": "Alert", "severity": "Severity"},
            values=("Firing",),
        ).wide(8),
        table(
            "Health checks",
            "Each check of the program itself: 1 passes, 0 fails.",
            "none",
            rows(f"min by (service_name, voice_health_check_name, voice_health_check_critical) ({_CHECKS})"),
            columns={
                "service_name": "Service",
                "voice_health_check_name": "Check",
                "voice_health_check_critical": "Critical",
            },
            values=("Passes",),
        ).wide(16),
        logs(
            "Last errors",
            "The newest error logs of the services that are chosen.",
            log_lines(logql.of_category("error")),
        ),
    )


def _errors_allowed(values: Values) -> Thresholds:
    return too_high(values.alert("VoiceErrorRateHigh").threshold, values.alert("VoiceErrorRateCritical").threshold)
