"""Who is told of an alert: Alertmanager's routes and receivers."""

from __future__ import annotations

from otel_voice.monitoring.routing.configuration import configuration
from otel_voice.monitoring.values import Values


def rendered(values: Values) -> dict[str, str]:
    """Alertmanager's files by their paths below the stack's folder. Raises ValuesError."""
    return {
        "stack/alertmanager/alertmanager.yml": configuration(values),
        "stack/alertmanager/templates/links.tmpl": _links(values),
    }


def _links(values: Values) -> str:
    """What templates/voice.tmpl does not know by itself."""
    return f'{{{{ define "voice.alertmanager" }}}}{values.links.alertmanager}{{{{ end }}}}\n'
