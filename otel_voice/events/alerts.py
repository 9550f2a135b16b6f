"""Alerts from code: an event that Loki's ruler turns into an alert of Alertmanager (stack/loki/rules)."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.events import values
from otel_voice.events.telling import tell, tell_once
from otel_voice.events.windows import Windows
from otel_voice.observation import clock
from otel_voice.runtime import runtime
from otel_voice.telemetry import names
from otel_voice.telemetry.catalogue import VALUES
from otel_voice.telemetry.program import here

WINDOW = 900.0
"""Seconds in which the same alert is told once; the rule of Loki looks back a little longer."""
TITLES = 100
"""Different ones within a window; more are told as one, so that no flood of ids reaches Alertmanager."""
OTHER = "_OTHER"
TITLE_LENGTH, MESSAGE_LENGTH = 128, 512

_LOG_SEVERITY = {"critical": "ERROR", "warning": "WARN", "info": "INFO"}
_windows = Windows(WINDOW, TITLES)


def alert(
    severity: str,
    title: str,
    message: str,
    metric: str | None = None,
    value: float | None = None,
    threshold: float | None = None,
) -> None:
    """Tell whoever is on call: `alert("critical", "No line", "The carrier refuses calls.")`.

    `severity` is critical, warning or info. `title` names the alert: the same words each time, never an id; `message`
    says the rest. The same severity and title are told once in 15 minutes, and the next time how often they were held
    back. Never raises, never waits.
    """
    guarded(_alert, severity, title, message, {"metric": metric, "value": value, "threshold": threshold})


def _alert(severity: Any, title: Any, message: Any, measured: dict[str, Any]) -> None:
    severity, title = _severity(severity), values.text(title, TITLE_LENGTH)
    runtime().program().measure(names.METRIC_VOICE_ALERTS, 1, {names.VOICE_ALERT_SEVERITY: severity}, here())
    admitted = _windows.admit((severity, title), (severity, OTHER), clock.now())
    if admitted is None:
        return
    text = values.text(message, MESSAGE_LENGTH)
    if admitted.key != (severity, title):
        title, text = OTHER, values.text(f"{title}: {text}", MESSAGE_LENGTH)
    attributes = {
        names.VOICE_ALERT_SEVERITY: severity,
        names.VOICE_ALERT_TITLE: title,
        names.VOICE_ALERT_MESSAGE: text,
        names.VOICE_ALERT_SUPPRESSED: admitted.held_back,
        **_measured(**measured),
    }
    tell(names.EVENT_VOICE_ALERT, attributes, f"{severity}: {title}: {text}", _LOG_SEVERITY[severity])


def _severity(given: Any) -> str:
    said = values.text(given, 64)
    if said in _LOG_SEVERITY:
        return said
    allowed = ", ".join(VALUES[names.VOICE_ALERT_SEVERITY])
    tell_once(("alert", said), "alert(severity=%r) is none of %s; it is told as a warning.", said, allowed)
    return "warning"


def _measured(metric: Any, value: Any, threshold: Any) -> dict[str, Any]:
    known = {
        names.VOICE_ALERT_METRIC: None if metric is None else values.text(metric, TITLE_LENGTH),
        names.VOICE_ALERT_VALUE: values.number(value),
        names.VOICE_ALERT_THRESHOLD: values.number(threshold),
    }
    return {name: clean for name, clean in known.items() if clean is not None}
