"""How thresholds and measured values are said."""

from __future__ import annotations

from typing import Final

SERVICE: Final = "{{ $labels.service_name }} ({{ $labels.deployment_environment_name }})"
IF_SERVICE: Final = "{{ with $labels.service_name }}{{ . }}: {{ end }}"
"""The service, where it is one's."""
PERCENT: Final = "{{ $value | humanizePercentage }}"
SECONDS: Final = "{{ $value | humanizeDuration }}"
NUMBER: Final = "{{ $value | humanize }}"


def percent(share: float) -> str:
    """0.1 as 10 %."""
    return f"{share * 100:g} %"


def seconds(duration: float) -> str:
    """3.0 as 3 s."""
    return f"{duration:g} s"


def label(attribute: str) -> str:
    """The label that an attribute becomes, in a template."""
    return f"{{{{ $labels.{attribute.replace('.', '_')} }}}}"
