"""Runbooks: what to do about each alert, for whoever came here from one."""

from __future__ import annotations

import re

from otel_voice.monitoring.dashboards.dashboard import Dashboard, row
from otel_voice.monitoring.dashboards.panels import Note
from otel_voice.monitoring.runbooks import UID, panel_of, sections


def runbooks() -> Dashboard:
    """Its order is that of docs/runbooks.md: links from alerts count on it."""
    notes = (Note(alert, f"What to do when {alert} fires.", _here(text)) for alert, text in sections().items())
    return Dashboard(
        UID,
        "Voice: runbooks",
        "What each alert means, what the caller notices, where to look and what to do.",
        [],
        (row("Runbooks", *notes),),
    )


def _here(text: str) -> str:
    """Links to other runbooks lead to their panels; other documents are not here, and are named only."""
    alerts = {alert.lower(): alert for alert in sections()}
    text = re.sub(r"\]\(#(\w+)\)", lambda link: f"](/d/{UID}?{panel_of(alerts[link[1]])})", text)
    return re.sub(r"\[([^]]+)\]\((?!/|https?:)[^)]*\)", r"\1", text)
