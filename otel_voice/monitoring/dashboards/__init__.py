"""What Grafana shows: nine dashboards, each in a file that reads like its table of contents, and the runbooks."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards.analytics import analytics
from otel_voice.monitoring.dashboards.business import business
from otel_voice.monitoring.dashboards.call_health import call_health
from otel_voice.monitoring.dashboards.conversation import conversation
from otel_voice.monitoring.dashboards.dashboard import Dashboard
from otel_voice.monitoring.dashboards.integrations import integrations
from otel_voice.monitoring.dashboards.providers import providers
from otel_voice.monitoring.dashboards.runbooks import runbooks
from otel_voice.monitoring.dashboards.system import system
from otel_voice.monitoring.dashboards.teams import teams
from otel_voice.monitoring.dashboards.turn_latency import turn_latency
from otel_voice.monitoring.values import Values

FOLDER: Final = "stack/grafana/provisioning/dashboards/voice"
"""Where Grafana looks for them, below the stack's folder."""


def dashboards(values: Values) -> tuple[Dashboard, ...]:
    """All of them, the first look first."""
    return (
        call_health(values),
        turn_latency(values),
        providers(values),
        analytics(values),
        business(values),
        teams(values),
        integrations(values),
        system(values),
        conversation(),
        runbooks(),
    )


def rendered(values: Values) -> dict[str, str]:
    """The dashboards by their paths below the stack's folder."""
    return {f"{FOLDER}/{one.uid}.json": one.rendered() for one in dashboards(values)}
