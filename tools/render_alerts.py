"""The table of docs/alerts.md, from the definitions of the alerts and the shipped values."""

from __future__ import annotations

from otel_voice.monitoring.rules.catalogue import every_alert
from otel_voice.monitoring.rules.records import Alert
from otel_voice.monitoring.values import PATH, Values, shipped_values
from tools.render_docs import table
from tools.render_readme import BLOCK
from tools.schema import ROOT


def alerts_document(text: str) -> str:
    """The document with its table filled."""
    return BLOCK.sub(lambda block: f"{block[1]}{alerts_table()}{block[3]}", text)


def alerts_table() -> str:
    """Every alert: what it asks, and for how long it must last."""
    values = shipped_values((ROOT / PATH).read_text(encoding="utf-8"))
    rows = [_row(alert, values) for alert in every_alert(values)]
    return table(("alert", "severity", "fires when", "for"), rows)


def _row(alert: Alert, values: Values) -> tuple[str, ...]:
    name = f"[`{alert.name}`](runbooks.md#{alert.name.lower()})"
    return (name, alert.severity, alert.when, values.alert(alert.name).for_)
