"""What the stack's programs say of themselves: the Collector, Prometheus, Loki, Alertmanager.

A counter that nothing has been counted in is not there; where that is good news, it is shown as 0.
"""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards.metrics import INTERVAL
from otel_voice.monitoring.dashboards.targets import Target, curve

_SIGNALS: Final = {"spans": "spans", "metric_points": "metric points", "log_records": "log records"}

RECEIVED: Final = "otelcol_receiver_accepted_{signal}"
REFUSED: Final = "otelcol_receiver_refused_{signal}"
SENT: Final = "otelcol_exporter_sent_{signal}"
_SEND_FAILED: Final = "otelcol_exporter_send_failed_{signal}"
_ENQUEUE_FAILED: Final = "otelcol_exporter_enqueue_failed_{signal}"


def _rate(counter: str, *by: str) -> str:
    clause = f" by ({', '.join(by)})" if by else ""
    return f"sum{clause} (rate({counter}[{INTERVAL}]))"


def received(counter: str) -> tuple[Target, ...]:
    """A curve for spans, for metric points and for log records of each receiver."""
    return tuple(
        curve(_rate(counter.format(signal=signal), "receiver"), f"{{{{receiver}}}}: {name}")
        for signal, name in _SIGNALS.items()
    )


def sent() -> tuple[Target, ...]:
    """The same of each exporter."""
    return tuple(
        curve(_rate(SENT.format(signal=signal), "exporter"), f"{{{{exporter}}}}: {name}")
        for signal, name in _SIGNALS.items()
    )


def lost() -> tuple[Target, ...]:
    """The same of each exporter: given up, or not taken into its queue."""
    return tuple(curve(_lost(signal), f"{{{{exporter}}}}: {name}") for signal, name in _SIGNALS.items())


def _lost(signal: str) -> str:
    failures = (_rate(counter.format(signal=signal), "exporter") for counter in (_SEND_FAILED, _ENQUEUE_FAILED))
    none = f"0 * {_rate(SENT.format(signal=signal), 'exporter')}"
    return " + ".join(f"({failed} or {none})" for failed in failures)


QUEUE_FILL: Final = "max by (exporter, data_type) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)"
COLLECTOR_MEMORY: Final = 'otelcol_process_memory_rss{job="otelcol"}'

UP: Final = "min by (job, instance) (up)"
SCRAPE_DURATION: Final = "max by (job, instance) (scrape_duration_seconds)"
SAMPLES: Final = _rate("prometheus_tsdb_head_samples_appended_total", "type")
SAMPLES_REFUSED: Final = (
    f"{_rate('prometheus_tsdb_out_of_order_samples_total')} + {_rate('prometheus_tsdb_too_old_samples_total')}"
)
SERIES: Final = "sum (prometheus_tsdb_head_series)"
RULES_FAILED: Final = _rate("prometheus_rule_evaluation_failures_total")
LINES: Final = _rate("loki_distributor_lines_received_total")
LINES_DISCARDED: Final = f"{_rate('loki_discarded_samples_total')} or 0 * {LINES}"
LOKI_RULES_FAILED: Final = _rate("loki_prometheus_rule_evaluation_failures_total")
NOTIFICATIONS: Final = _rate("alertmanager_notifications_total", "integration")
NOTIFICATIONS_FAILED: Final = _rate("alertmanager_notifications_failed_total", "integration")
FIRING: Final = 'sum by (severity) (ALERTS{alertstate="firing"}) or vector(0)'


def or_zero(expression: str) -> str:
    """0 where nothing was counted yet."""
    return f"({expression}) or vector(0)"
