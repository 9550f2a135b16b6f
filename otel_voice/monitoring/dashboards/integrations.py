"""Integrations: the other systems that a call needs, its tools, and what the program times itself."""

from __future__ import annotations

from otel_voice.monitoring.dashboards import logql
from otel_voice.monitoring.dashboards.asked import quantiles, quantiles_by
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.metrics import metric, share
from otel_voice.monitoring.dashboards.panels import bars, curves, logs, number, said, states
from otel_voice.monitoring.dashboards.targets import curve, log_lines, value
from otel_voice.monitoring.dashboards.thresholds import critically_high, too_high
from otel_voice.monitoring.dashboards.variables import services
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_REQUESTS = metric(names.METRIC_VOICE_INTEGRATION_REQUESTS)
_BAD = _REQUESTS.where(names.VOICE_INTEGRATION_OUTCOME, '=~"failure|timeout"')
_DURATION = metric(names.METRIC_VOICE_INTEGRATION_DURATION)
_CIRCUIT = metric(names.METRIC_VOICE_INTEGRATION_CIRCUIT)
_TOOL_CALLS = metric(names.METRIC_VOICE_TOOL_CALLS)
_BAD_TOOL_CALLS = _TOOL_CALLS.where(names.VOICE_TOOL_OUTCOME, '="failure"')
_TOOL_DURATION = metric(names.METRIC_VOICE_TOOL_DURATION)
_TIMERS = metric(names.METRIC_VOICE_TIMER_DURATION)
_ERRORS = metric(names.METRIC_VOICE_ERRORS)
_ADAPTER = names.VOICE_INTEGRATION_ADAPTER
_OF_ADAPTER = "{{voice_integration_adapter}}"
_CIRCUIT_STATES = {"0": ("closed", "green"), "1": ("half open", "orange"), "2": ("open", "red")}
_FAILURES = f'{logql.of_category("error")} | event_name=~"voice.integration.(failure|timeout)|voice.tool.failure"'


def integrations(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-integrations",
        "Voice: integrations",
        "The systems that a call needs beside its providers, and its tools: how fast, how reliable.",
        services(),
        (_requests(values), _latency(), _circuits(), _tools(), _program(), _failures()),
    )


def _requests(values: Values) -> Row:
    return row(
        "Requests",
        curves("Requests", "By adapter.", "cpm", curve(_REQUESTS.per_minute(_ADAPTER), _OF_ADAPTER)).wide(8),
        curves(
            "Error rate",
            "Failed or timed out, of all requests of the adapter. The line is where an alert begins.",
            "percentunit",
            curve(share(_BAD.rate(_ADAPTER), _REQUESTS.rate(_ADAPTER)), _OF_ADAPTER),
            thresholds=critically_high(values.alert("VoiceIntegrationFailing").threshold),
        ).wide(8),
        bars(
            "Outcomes",
            "How requests ended: success, failure, timeout, cancelled.",
            "cpm",
            curve(
                _REQUESTS.per_minute(_ADAPTER, names.VOICE_INTEGRATION_OUTCOME),
                "{{voice_integration_adapter}} {{voice_integration_outcome}}",
            ),
        ).wide(8),
    )


def _latency() -> Row:
    operation = (_ADAPTER, names.VOICE_INTEGRATION_OPERATION)
    return row(
        "Latency",
        curves("All requests", "From a request to its end.", "s", *quantiles(_DURATION)).wide(8),
        curves("p95 by adapter", "In 19 of 20 requests.", "s", quantiles_by(_DURATION, 0.95, _ADAPTER)).wide(8),
        curves("p95 by operation", "In 19 of 20 requests.", "s", quantiles_by(_DURATION, 0.95, *operation)).wide(8),
    )


def _circuits() -> Row:
    return row(
        "Circuit breakers",
        said(
            number(
                "Circuits now",
                "closed: requests pass; half open: one is tried; open: they are refused.",
                "none",
                value(_CIRCUIT.highest(_ADAPTER), _OF_ADAPTER),
                thresholds=too_high(1, 2),
            ),
            _CIRCUIT_STATES,
        )
        .wide(8)
        .high(6),
        states(
            "Circuits over time",
            "As the program tells of its circuit breakers; the worst of its processes.",
            _CIRCUIT_STATES,
            curve(_CIRCUIT.highest(_ADAPTER), _OF_ADAPTER),
        )
        .wide(16)
        .high(6),
    )


def _tools() -> Row:
    tool = names.GEN_AI_TOOL_NAME
    return row(
        "Tools",
        bars(
            "Tool calls",
            "By how they ended.",
            "cpm",
            curve(
                _TOOL_CALLS.per_minute(tool, names.VOICE_TOOL_OUTCOME), "{{gen_ai_tool_name}} {{voice_tool_outcome}}"
            ),
        ).wide(8),
        curves(
            "Tools that fail",
            "The share of the calls of a tool.",
            "percentunit",
            curve(share(_BAD_TOOL_CALLS.rate(tool), _TOOL_CALLS.rate(tool)), "{{gen_ai_tool_name}}"),
        ).wide(8),
        curves(
            "Tools, p95", "How long they take, in 19 of 20 calls.", "s", quantiles_by(_TOOL_DURATION, 0.95, tool)
        ).wide(8),
    )


def _program() -> Row:
    return row(
        "What the program measures itself",
        curves(
            "Timers, p95",
            "What timer() is around, in 19 of 20 times.",
            "s",
            quantiles_by(_TIMERS, 0.95, names.VOICE_TIMER_NAME),
        ),
        bars(
            "Errors told",
            "What record_error() told, by class and component.",
            "cpm",
            curve(_ERRORS.per_minute(names.ERROR_TYPE, names.VOICE_COMPONENT), "{{voice_component}} {{error_type}}"),
        ),
    )


def _failures() -> Row:
    return row(
        "What failed last",
        logs(
            "Last failures", "Requests and tool calls that failed; the details lead to the trace.", log_lines(_FAILURES)
        ),
    )
