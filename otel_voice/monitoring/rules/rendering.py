"""The files of rules and where they belong."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.rules import host, logs, objectives, pipeline, recording, service, unusual
from otel_voice.monitoring.rules.catalogue import metric_alerts
from otel_voice.monitoring.rules.records import Group
from otel_voice.monitoring.rules.writing import alert_rule, plain_file, rule_file
from otel_voice.monitoring.values import Values

_PROMETHEUS: Final = "stack/prometheus/rules"
_LOKI: Final = "stack/loki/rules/fake"
"""`fake` is the name that Loki gives its one tenant when auth_enabled is false."""


def rendered(values: Values) -> dict[str, str]:
    """The files of rules by their paths below the stack's folder."""
    return {
        f"{_PROMETHEUS}/voice-recording.yml": rule_file(_recordings(values), values),
        f"{_PROMETHEUS}/voice-alerts.yml": rule_file([Group("voice", list(metric_alerts(values)))], values),
        f"{_PROMETHEUS}/voice-host.yml": rule_file([Group("host", list(host.alerts(values)))], values),
        f"{_PROMETHEUS}/otelcol.yml": rule_file([Group("otelcol", list(pipeline.alerts(values)))], values),
        **_of_loki(values),
    }


def _recordings(values: Values) -> list[Group]:
    return [
        Group("voice-processes", list(service.recordings())),
        Group("voice-recording", list(recording.recordings()), "1m"),
        objectives.group(values),
        unusual.group(values),
    ]


def _of_loki(values: Values) -> dict[str, str]:
    """Loki takes no file without a rule."""
    burst, from_code = logs.burst(values), logs.from_code()
    signal = {"signal": "logs"}
    files = {}
    if values.alert(burst.name).enabled:
        rule = alert_rule(burst, values, signal, {})
        files[f"{_LOKI}/voice.yml"] = plain_file([rule], "voice-logs", "1m", "")
    if values.alert(from_code.name).enabled:
        rule = alert_rule(from_code, values, logs.from_code_labels(), logs.from_code_annotations())
        comment = logs.FROM_CODE_COMMENT
        files[f"{_LOKI}/alerts-from-code.yml"] = plain_file([rule], "voice-alerts-from-code", "15s", comment)
    return files
