"""Metrics that are not ours: those of the stack's programs, with the labels that dashboards use.

tests/stack/real/check_dashboards.py sees them in the running programs, or fails.
"""

from __future__ import annotations

_SIGNALS = ("spans", "metric_points", "log_records")
_SCRAPED = {"job", "instance"}
_OF_SPANS = {
    "service_name",
    "deployment_environment_name",
    "gen_ai_operation_name",
    "gen_ai_provider_name",
    "gen_ai_request_model",
    "gen_ai_speech_voice",
    "le",
}

ONLY_SOMETIMES: dict[str, set[str]] = {
    **{
        f"otelcol_exporter_{what}_failed_{signal}": {"exporter", *_SCRAPED}
        for what in ("send", "enqueue")
        for signal in _SIGNALS
    },
    "loki_discarded_samples_total": {"reason", "tenant", *_SCRAPED},
    "alertmanager_notifications_total": {"integration", *_SCRAPED},
    "alertmanager_notifications_failed_total": {"integration", "reason", *_SCRAPED},
}
"""Not there until something was lost, or while nobody is told of alerts."""

KNOWN: dict[str, set[str]] = {
    **ONLY_SOMETIMES,
    **{
        f"otelcol_receiver_{what}_{signal}": {"receiver", "transport", *_SCRAPED}
        for what in ("accepted", "refused")
        for signal in _SIGNALS
    },
    **{f"otelcol_exporter_sent_{signal}": {"exporter", *_SCRAPED} for signal in _SIGNALS},
    "otelcol_exporter_queue_size": {"exporter", "data_type", *_SCRAPED},
    "otelcol_exporter_queue_capacity": {"exporter", "data_type", *_SCRAPED},
    "otelcol_process_memory_rss": _SCRAPED,
    "traces_span_metrics_duration_milliseconds_bucket": _OF_SPANS,
    "system_cpu_time_seconds_total": {"state", "service_name"},
    "system_memory_usage_bytes": {"state", "service_name"},
    "system_filesystem_usage_bytes": {"device", "mountpoint", "state", "type", "service_name"},
    "system_network_io_bytes_total": {"device", "direction", "service_name"},
    "system_network_errors_total": {"device", "direction", "service_name"},
    "system_network_dropped_total": {"device", "direction", "service_name"},
    "system_disk_io_bytes_total": {"device", "direction", "service_name"},
    "up": _SCRAPED,
    "scrape_duration_seconds": _SCRAPED,
    "ALERTS": {"alertname", "alertstate", "severity"},
    "prometheus_tsdb_head_samples_appended_total": {"type", *_SCRAPED},
    "prometheus_tsdb_head_series": _SCRAPED,
    "prometheus_tsdb_out_of_order_samples_total": {"type", *_SCRAPED},
    "prometheus_tsdb_too_old_samples_total": {"type", *_SCRAPED},
    "prometheus_rule_evaluation_failures_total": {"rule_group", *_SCRAPED},
    "loki_distributor_lines_received_total": {"tenant", *_SCRAPED},
    "loki_prometheus_rule_evaluation_failures_total": {"rule_group", *_SCRAPED},
}

NOT_RATED = {"otelcol_exporter_queue_size", "otelcol_exporter_queue_capacity", "otelcol_process_memory_rss"}
"""The Collector names counters without _total: of its metrics these are gauges."""
