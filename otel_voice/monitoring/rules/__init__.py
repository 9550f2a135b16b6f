"""What Prometheus and Loki compute and when they tell somebody: recording rules and alerts."""

from __future__ import annotations

from otel_voice.monitoring.rules.rendering import rendered as rendered
