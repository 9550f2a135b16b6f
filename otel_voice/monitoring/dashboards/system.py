"""System and pipeline: the machine, the event loops, and whether telemetry itself arrives."""

from __future__ import annotations

from otel_voice.monitoring.dashboards import host, logql
from otel_voice.monitoring.dashboards import pipeline as way
from otel_voice.monitoring.dashboards.asked import quantiles
from otel_voice.monitoring.dashboards.dashboard import Dashboard, Row, row
from otel_voice.monitoring.dashboards.metrics import metric
from otel_voice.monitoring.dashboards.panels import bars, curves, logs, number, ranking, stacked
from otel_voice.monitoring.dashboards.targets import curve, log_curve, log_lines, value
from otel_voice.monitoring.dashboards.thresholds import Thresholds, critically_high, too_high
from otel_voice.monitoring.dashboards.variables import services
from otel_voice.monitoring.values import Values
from otel_voice.telemetry import names

_LAG = metric(names.METRIC_VOICE_EVENT_LOOP_LAG)
_LOGS_DROPPED = metric(names.METRIC_VOICE_LOG_DROPPED)
_AUDIT_UNWRITTEN = metric(names.METRIC_VOICE_AUDIT_UNWRITTEN)
_AUDIT_LOST = metric(names.METRIC_VOICE_AUDIT_LOST)
_BLOCKED = logql.of_event(names.EVENT_VOICE_EVENT_LOOP_BLOCKED, "performance")


def system(values: Values) -> Dashboard:
    """With the thresholds of the alerts."""
    return Dashboard(
        "voice-system",
        "Voice: system and pipeline",
        "The machine of the Collector, the event loops of the programs, and whether telemetry itself arrives.",
        services(),
        (_host(values), _loops(values), _program(), _collector(values), _backends()),
    )


def _host(values: Values) -> Row:
    return row(
        "The machine of the Collector",
        curves(
            "CPU",
            "Not idle, of all processors.",
            "percentunit",
            curve(host.CPU, "busy"),
            thresholds=_limits(values, "VoiceHostCpu"),
        ).wide(8),
        curves(
            "Memory",
            "Used, of all.",
            "percentunit",
            curve(host.MEMORY, "used"),
            thresholds=_limits(values, "VoiceHostMemory"),
        ).wide(8),
        curves(
            "Disk",
            "Used, of each device.",
            "percentunit",
            curve(host.DISK, "{{device}}"),
            thresholds=too_high(values.alert("VoiceHostDiskFull").threshold),
        ).wide(8),
        curves("Network", "Sent and received, by device.", "Bps", curve(host.NETWORK, "{{device}} {{direction}}")).wide(
            8
        ),
        curves(
            "Network errors", "Packets in error and dropped.", "pps", curve(host.NETWORK_ERRORS, "{{direction}}")
        ).wide(8),
        curves(
            "Disk traffic", "Read and written, by device.", "Bps", curve(host.DISK_TRAFFIC, "{{device}} {{direction}}")
        ).wide(8),
    )


def _limits(values: Values, name: str) -> Thresholds:
    return too_high(values.alert(f"{name}High").threshold, values.alert(f"{name}Critical").threshold)


def _loops(values: Values) -> Row:
    return row(
        "Event loops",
        curves(
            "Event-loop lag",
            "An event loop is asked to call back until it does. A voice loop has frames of 20 ms.",
            "s",
            *quantiles(_LAG),
            thresholds=too_high(values.alert("VoiceEventLoopBlocked").threshold),
        ).wide(8),
        bars(
            "Event loops blocked",
            "Blocks that were told, as the logs tell; each has the stack of what blocked.",
            "short",
            log_curve(logql.count_each_interval(_BLOCKED, "service.name"), "{{service_name}}"),
        ).wide(8),
        logs("What blocked", "The newest: the stack is in the details.", log_lines(_BLOCKED, limit=20)).wide(8).high(8),
    )


def _program() -> Row:
    dropped = _LOGS_DROPPED.per_minute(names.VOICE_LOG_CATEGORY, names.VOICE_REASON)
    return row(
        "In the program",
        bars(
            "Log records dropped",
            "Not written or not exported: too many alike, a full queue, a disk that refuses.",
            "cpm",
            curve(way.or_zero(dropped), "{{voice_log_category}} {{voice_reason}}"),
        ),
        number(
            "Audit records lost",
            "Neither written nor sent before memory for them ran out, in the time that is shown. It must be 0.",
            "none",
            value(way.or_zero(_AUDIT_LOST.increase())),
            thresholds=critically_high(1),
        ).high(8),
        number(
            "Audit records not written",
            "Not on disk when they were made, in the time that is shown; they are still sent.",
            "none",
            value(way.or_zero(_AUDIT_UNWRITTEN.increase())),
            thresholds=critically_high(1),
        ).high(8),
    )


def _collector(values: Values) -> Row:
    return row(
        "The Collector",
        curves("Received", "Accepted a second.", "short", *way.received(way.RECEIVED)).wide(8),
        curves(
            "Refused",
            "Refused a second: over the memory limit, a full queue, or not to be read.",
            "short",
            *way.received(way.REFUSED),
        ).wide(8),
        curves("Sent", "Taken by a backend, a second.", "short", *way.sent()).wide(8),
        curves(
            "Queued",
            "How full the queue of each exporter is. The line is where an alert begins.",
            "percentunit",
            curve(way.QUEUE_FILL, "{{exporter}} {{data_type}}"),
            thresholds=too_high(values.alert("OtelcolQueueNearlyFull").threshold),
        ).wide(8),
        curves("Failed", "Given up, or not taken into a queue, a second: lost.", "short", *way.lost()).wide(8),
        curves(
            "Memory of the Collector",
            "Of the Collector's process.",
            "bytes",
            curve(way.COLLECTOR_MEMORY, "{{instance}}"),
        ).wide(8),
    )


def _backends() -> Row:
    return row(
        "Scrape and ingestion",
        ranking(
            "Up",
            "What Prometheus asks for metrics: 1 answers, 0 does not.",
            "none",
            value(way.UP, "{{job}} {{instance}}"),
        ).wide(8),
        curves(
            "Scrape duration", "How long each takes to answer.", "s", curve(way.SCRAPE_DURATION, "{{job}} {{instance}}")
        ).wide(8),
        stacked("Samples taken by Prometheus", "A second.", "short", curve(way.SAMPLES, "{{type}}")).wide(8),
        curves(
            "Series in Prometheus",
            "Held in memory now: labels that have no end make it grow.",
            "short",
            curve(way.SERIES, "series"),
        ).wide(8),
        curves("Lines taken by Loki", "A second.", "short", curve(way.LINES, "lines")).wide(8),
        curves(
            "Refused by the backends",
            "Samples out of order or too old, lines that Loki discards: a second.",
            "short",
            curve(way.SAMPLES_REFUSED, "samples"),
            curve(way.LINES_DISCARDED, "lines"),
        ).wide(8),
        curves(
            "Rules that fail",
            "Evaluations of rules that failed, a second, in Prometheus and Loki.",
            "short",
            curve(way.RULES_FAILED, "Prometheus"),
            curve(way.LOKI_RULES_FAILED, "Loki"),
        ).wide(8),
        curves(
            "Notifications",
            "Sent by Alertmanager, a second, by kind of receiver; 0 while none is named in collector/alerts.yaml.",
            "short",
            curve(way.or_zero(way.NOTIFICATIONS), "{{integration}}"),
            curve(way.or_zero(way.NOTIFICATIONS_FAILED), "{{integration}} failed"),
        ).wide(8),
        curves(
            "Alerts firing", "Alerts of Prometheus' rules that fire.", "short", curve(way.FIRING, "{{severity}}")
        ).wide(8),
    )
