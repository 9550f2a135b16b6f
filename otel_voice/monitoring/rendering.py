"""All that is rendered from the values, for the repository and for somebody's folder."""

from __future__ import annotations

from otel_voice.monitoring import dashboards, routing, rules
from otel_voice.monitoring.values import Values


def rendered(values: Values) -> dict[str, str]:
    """The text of each file by its path below the stack's folder. Raises ValuesError for receivers that will not do."""
    return {**rules.rendered(values), **routing.rendered(values), **dashboards.rendered(values)}
