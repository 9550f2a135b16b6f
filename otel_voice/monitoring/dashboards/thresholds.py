"""From which value on a panel turns yellow and red. Where an alert watches the same, from the value of that alert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

GREEN: Final = "green"
YELLOW: Final = "orange"
RED: Final = "red"


@dataclass(frozen=True)
class Thresholds:
    """The colour below all steps, and each step with the colour from there on."""

    base: str
    steps: tuple[tuple[float, str], ...] = ()

    def rendered(self) -> dict[str, Any]:
        """As Grafana keeps them."""
        steps = [{"color": self.base, "value": None}]
        return {
            "mode": "absolute",
            "steps": [*steps, *({"color": color, "value": at} for at, color in self.steps)],
        }


NEUTRAL: Final = Thresholds(GREEN)
"""Nothing is too much."""


def too_high(warning: float, critical: float | None = None) -> Thresholds:
    """Yellow from the one on, red from the other."""
    return Thresholds(GREEN, ((warning, YELLOW), *(() if critical is None else ((critical, RED),))))


def critically_high(critical: float) -> Thresholds:
    """Red from there on."""
    return Thresholds(GREEN, ((critical, RED),))


def too_low(wanted: float) -> Thresholds:
    """Yellow below."""
    return Thresholds(YELLOW, ((wanted, GREEN),))


def critically_low(wanted: float) -> Thresholds:
    """Red below."""
    return Thresholds(RED, ((wanted, GREEN),))
