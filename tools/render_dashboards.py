"""The list of dashboards in docs/dashboards.md: each with its rows, and with the panels in them."""

from __future__ import annotations

from collections.abc import Iterator

from otel_voice.monitoring.dashboards import dashboards
from otel_voice.monitoring.dashboards.dashboard import Dashboard
from otel_voice.monitoring.values import Values
from tools.render_readme import BLOCK


def dashboards_page(text: str, values: Values) -> str:
    """The page with its generated block filled."""
    listed = "\n".join(line for dashboard in dashboards(values) for line in _listed(dashboard))
    return BLOCK.sub(lambda block: f"{block[1]}{listed}\n{block[3]}", text)


def _listed(dashboard: Dashboard) -> Iterator[str]:
    yield f"### {dashboard.title.removeprefix('Voice: ').capitalize()}"
    yield f"\n`{dashboard.uid}`. {dashboard.description}\n"
    for row in dashboard.rows:
        yield f"- *{row.title}*: {'; '.join(panel.title for panel in row.panels)}"
    yield ""
