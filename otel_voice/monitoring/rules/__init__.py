"""What Prometheus and Loki compute and when they tell somebody: recording rules and alerts."""

from __future__ import annotations

from otel_voice.monitoring.values import Values


def rendered(values: Values) -> dict[str, str]:
    """The files of rules by their paths below the stack's folder."""
    return {}
