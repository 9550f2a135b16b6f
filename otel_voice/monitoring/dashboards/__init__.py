"""What Grafana shows."""

from __future__ import annotations

from otel_voice.monitoring.values import Values


def rendered(values: Values) -> dict[str, str]:
    """The dashboards by their paths below the stack's folder."""
    return {}
