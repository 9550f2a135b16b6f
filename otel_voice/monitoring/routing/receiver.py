"""Somebody who is told of alerts, and of which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

PAGE: Final = "page"
"""The receiver that tells nobody: what it gets is seen on the page of Alertmanager only."""


class Severity(Enum):
    """How soon somebody has to look."""

    CRITICAL = "critical"
    """Now: somebody gets up."""
    WARNING = "warning"
    """Today."""
    INFO = "info"
    """When it is asked for."""


@dataclass(frozen=True)
class Receiver:
    """One receiver of Alertmanager: its name is its kind, and `settings` is what Alertmanager has to know of it."""

    name: str
    severities: tuple[Severity, ...]
    section: str
    """What Alertmanager calls receivers of this kind, as `slack_configs`."""
    settings: Mapping[str, Any]
