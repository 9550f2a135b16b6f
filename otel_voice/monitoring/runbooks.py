"""What to do about an alert: the sections of docs/runbooks.md, and where they can be read.

Where nobody names another place, that is a dashboard of the stack itself: whoever is woken has it one click away.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.values import Links

UID: Final = "voice-runbooks"
"""The dashboard."""

_PACKAGE: Final = Path(__file__).parent
_PLACES: Final = (_PACKAGE / "runbooks.md", _PACKAGE.parent.parent / "docs" / "runbooks.md")
_FIRST_NUMBER: Final = 2
"""The heading of the dashboard's only row has number 1."""


@cache
def sections() -> dict[str, str]:
    """The Markdown of each section by its heading, which is the name of an alert. Raises ValuesError without them."""
    place = next((place for place in _PLACES if place.is_file()), None)
    if place is None:
        raise ValuesError(f"the runbooks are missing from this installation: looked at {_PLACES[0]} and {_PLACES[1]}")
    found = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", place.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return {name: text.strip() for name, text in found}


def address(alert: str, links: Links) -> str:
    """Where the runbook of an alert is read."""
    if links.runbooks:
        return f"{links.runbooks}#{alert.lower()}"
    return f"{all_of_them(links)}?{panel_of(alert)}"


def panel_of(alert: str) -> str:
    """What stands in the address of the dashboard for the panel of an alert."""
    return f"viewPanel={list(sections()).index(alert) + _FIRST_NUMBER}"


def all_of_them(links: Links) -> str:
    """Where all runbooks are read."""
    return links.runbooks or f"{links.grafana}/d/{UID}"
