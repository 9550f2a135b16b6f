"""What the Collector counts of itself."""

from __future__ import annotations

import re

from tests.stack.real.stack import Stack


def total(stack: Stack, name: str, **labels: str) -> int:
    """The sum over all series of the metric that have these labels; 0 when there are none yet."""
    found = re.findall(rf"^{name}(?:_total)?(\{{.*\}})? (\S+)$", stack.own_metrics(), re.MULTILINE)
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return sum(int(float(value)) for series, value in found if all(label in series for label in wanted))
